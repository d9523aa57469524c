import css from "./skeleton.module.css";

export interface SkeletonProps {
  readonly width?: number | string;
  readonly height?: number;
  readonly round?: boolean;
}

/** A bar where something is about to stand; invisible for the first 150 ms. */
export function Skeleton({ width = "100%", height = 12, round }: SkeletonProps) {
  return (
    <span
      className={css.bar}
      aria-hidden="true"
      style={{ inlineSize: width, blockSize: height, borderRadius: round ? "50%" : undefined }}
    />
  );
}

const widths = ["62%", "48%", "70%", "54%", "40%", "58%"];

/** Rows of a list about to come. */
export function SkeletonRows({
  rows = 6,
  height = 44,
}: {
  readonly rows?: number;
  readonly height?: number;
}) {
  return (
    <div className={css.rows}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move
        <div key={row} style={{ blockSize: height }}>
          <Skeleton width={widths[row % widths.length] ?? "50%"} />
        </div>
      ))}
    </div>
  );
}
