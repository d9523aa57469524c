import { createElement } from "react";
import { iconOf } from "./icon-set";

export interface SetIconProps {
  readonly icon: string | undefined;
  readonly size: number;
  readonly strokeWidth: number;
}

/** An icon of the set by its stored name; the set comes in a file of its own. */
export function SetIcon({ icon, size, strokeWidth }: SetIconProps) {
  return createElement(iconOf(icon), { size, strokeWidth, "aria-hidden": true });
}
