import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import { type Sample, speed } from "../model/speed";
import css from "./job.module.css";

const [width, height] = [720, 44];

/** The speed at each point of the way, under the part of the bar that is done. */
function points(samples: readonly Sample[], total: number): readonly (readonly [number, number])[] {
  const rates = samples.flatMap((sample, index) => {
    const rate = speed(samples.slice(Math.max(0, index - 12), index + 1));
    return rate === undefined ? [] : [[sample.done, rate] as const];
  });
  const top = Math.max(1, ...rates.map(([, rate]) => rate)) * 1.1;
  return rates.map(([done, rate]) => [(done / total) * width, height - (rate / top) * height] as const);
}

export interface SpeedCurveProps {
  readonly samples: readonly Sample[];
  readonly total: number;
}

export function SpeedCurve({ samples, total }: SpeedCurveProps) {
  const line = total > 0 ? points(samples, total) : [];
  const [first, last] = [line[0], line.at(-1)];
  const rate = speed(samples);
  if (!first || !last || rate === undefined || line.length < 2) {
    return <div className={css.curve} />;
  }
  const path = line.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const right = last[0] > width * 0.84;
  return (
    <svg className={css.curve} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path className={css.area} d={`${path}L${last[0]} ${height}L${first[0]} ${height}Z`} />
      <path className={css.stroke} d={path} />
      <circle cx={last[0]} cy={last[1]} r={3} />
      <text
        x={last[0] + (right ? -10 : 10)}
        y={last[1] + (right ? 18 : 4)}
        textAnchor={right ? "end" : "start"}
      >
        {`${formatNumber(Math.round(rate))} ${t("import.perSecond")}`}
      </text>
      <path className={css.ground} d={`M0 ${height - 0.5}H${width}`} />
    </svg>
  );
}
