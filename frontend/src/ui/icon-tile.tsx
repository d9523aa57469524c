import { useSyncExternalStore } from "react";
import css from "./icon-tile.module.css";
import { colorOf } from "./palette";
import type { SetIcon, SetIconProps } from "./set-icon";

// Asked for at once, but the page does not wait for sixty drawings. A store and
// not Suspense, which holds back what comes just after the first drawing.
let drawing: typeof SetIcon | undefined;
const watchers = new Set<() => void>();
function watch(listener: () => void): () => void {
  watchers.add(listener);
  return () => watchers.delete(listener);
}
async function fetchSet(): Promise<void> {
  drawing = (await import("./set-icon")).SetIcon;
  for (const listener of watchers) {
    listener();
  }
}
// Without the drawings a page works all the same.
void fetchSet().catch(() => undefined);

function Icon(props: SetIconProps) {
  const Drawing = useSyncExternalStore(watch, () => drawing);
  return Drawing ? <Drawing {...props} /> : <svg width={props.size} height={props.size} aria-hidden="true" />;
}

export interface IconTileProps {
  readonly icon: string | undefined;
  readonly color: string | undefined;
  readonly size?: number;
  /** Tinted instead of solid. */
  readonly soft?: boolean;
}

/** The coloured square of an app or a table. */
export function IconTile({ icon, color, size = 20, soft }: IconTileProps) {
  const name = colorOf(color, "blue");
  return (
    <span
      className={css.tile}
      aria-hidden="true"
      style={{
        inlineSize: size,
        blockSize: size,
        borderRadius: Math.round(size * 0.3),
        background: soft ? `var(--opt-${name}-bg)` : `color-mix(in srgb, var(--opt-${name}) 92%, #000)`,
        color: soft ? `var(--opt-${name}-fg)` : undefined,
      }}
    >
      <Icon icon={icon} size={Math.round(size * 0.6)} strokeWidth={size < 24 ? 2.25 : 1.9} />
    </span>
  );
}

/** An icon of the set by its stored name, without a tile. */
export function NamedIcon({
  icon,
  size = 16,
}: {
  readonly icon: string | undefined;
  readonly size?: number;
}) {
  return <Icon icon={icon} size={size} strokeWidth={1.75} />;
}
