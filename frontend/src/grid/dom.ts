/** The elements of a mounted grid. */
import css from "./grid.module.css";

export interface GridDom {
  readonly root: HTMLElement;
  readonly scroller: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly spacer: HTMLElement;
  /** Always has the focus while the grid has it: keys and input methods need a text field. */
  readonly input: HTMLTextAreaElement;
  /** The grid for screen readers. */
  readonly mirror: HTMLElement;
  readonly live: HTMLElement;
}

let serial = 0;

export function createDom(root: HTMLElement): GridDom {
  const scroller = element("div", css.scroller);
  scroller.tabIndex = -1;
  const canvas = element("canvas", css.canvas);
  canvas.setAttribute("aria-hidden", "true");
  const spacer = element("div", css.spacer);
  scroller.append(canvas, spacer);
  const input = element("textarea", css.input);
  input.rows = 1;
  input.autocapitalize = "off";
  input.autocomplete = "off";
  input.spellcheck = false;
  input.setAttribute("autocorrect", "off");
  const mirror = element("div", css.mirror);
  mirror.id = `grid-${++serial}`;
  mirror.setAttribute("role", "grid");
  const live = element("div", css.mirror);
  live.setAttribute("aria-live", "polite");
  input.setAttribute("aria-controls", mirror.id);
  root.classList.add(css.root ?? "");
  root.replaceChildren(scroller, input, mirror, live);
  return { root, scroller, canvas, spacer, input, mirror, live };
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name: string | undefined,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = name ?? "";
  return made;
}
