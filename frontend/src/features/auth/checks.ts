import { t } from "@/lib/i18n";

export function required(text: string): string | undefined {
  return text.trim() ? undefined : t("form.required");
}

export function email(text: string): string | undefined {
  return /^\S+@\S+\.\S+$/.test(text.trim()) ? undefined : t("form.email");
}

export function password(text: string): string | undefined {
  return [...text].length < 8 ? t("form.passwordShort", { min: 8 }) : undefined;
}
