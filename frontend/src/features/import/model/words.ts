/** Figures in words. */
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";

const units = ["B", "KB", "MB", "GB"] as const;

export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formatNumber(value, { maximumFractionDigits: unit > 1 ? 1 : 0 })} ${units[unit] ?? ""}`;
}

/** A duration in its two largest units: "1 min 42 s". */
export function durationParts(seconds: number): readonly { readonly count: number; readonly unit: string }[] {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const parts = [
    { count: hours, unit: t("import.hours") },
    { count: minutes, unit: t("import.minutes") },
    { count: rest, unit: t("import.seconds") },
  ];
  const first = parts.findIndex(({ count }) => count > 0);
  return first < 0 ? parts.slice(2) : parts.slice(first, first + 2);
}

export const durationText = (seconds: number) =>
  durationParts(seconds)
    .map(({ count, unit }) => `${formatNumber(count)} ${unit}`)
    .join(" ");
