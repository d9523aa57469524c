import { Skeleton } from "@/ui/skeleton";
import css from "../table.module.css";

const rows = [44, 60, 38, 52, 66, 41, 57, 48, 62, 36, 50, 58];

/** Rows about to come; the head too when nothing is known yet. */
export function TableSkeleton({ head }: { readonly head?: boolean }) {
  return (
    <div className={css.skeleton} aria-busy="true">
      {head && (
        <div style={{ padding: "16px 18px", blockSize: 136 }}>
          <Skeleton width={160} height={16} />
        </div>
      )}
      {rows.map((width) => (
        <div key={width} className={css.skeletonRow}>
          <Skeleton width={`${width / 4}%`} />
          <Skeleton width={`${width / 6}%`} />
          <Skeleton width={`${width / 5}%`} />
          <Skeleton width={`${width / 7}%`} />
        </div>
      ))}
    </div>
  );
}
