/** Reads the design tokens that the canvas draws with. */

/** The 12 colours of options, in the order in which people get theirs. */
export const paletteKeys = [
  "teal",
  "orange",
  "violet",
  "indigo",
  "pink",
  "blue",
  "green",
  "red",
  "cyan",
  "amber",
  "lime",
  "gray",
] as const;

/** Colours dark enough to carry a white initial. */
const peopleKeys = paletteKeys.slice(0, 8);

export interface PaletteColor {
  readonly bg: string;
  readonly fg: string;
  readonly solid: string;
}

export interface GridTheme {
  readonly dark: boolean;
  readonly panel: string;
  readonly sub: string;
  readonly hover: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly lineGrid: string;
  readonly text1: string;
  readonly text2: string;
  readonly text3: string;
  readonly text4: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly accentSoft2: string;
  readonly accentText: string;
  readonly onAccent: string;
  readonly bad: string;
  readonly ok: string;
  readonly chip: string;
  readonly track: string;
  readonly box: string;
  readonly star: string;
  readonly palette: Readonly<Record<string, PaletteColor>>;
  readonly fonts: GridFonts;
}

export interface GridFonts {
  readonly body: string;
  readonly strong: string;
  readonly head: string;
  readonly small: string;
  readonly smallStrong: string;
  readonly tag: string;
  readonly badge: string;
}

/** Reads the tokens as they apply to an element. */
export function readTheme(element: Element): GridTheme {
  const style = getComputedStyle(element);
  const get = (name: string, fallback: string) => style.getPropertyValue(`--${name}`).trim() || fallback;
  const dark = isDark(get("bg-panel", "#fff"));
  return {
    dark,
    panel: get("bg-panel", "#fff"),
    sub: get("bg-sub", "#f9fafc"),
    hover: get("bg-sub", "#f9fafc"),
    line: get("line", "#e7e9ee"),
    lineStrong: get("line-strong", "#d9dde3"),
    lineGrid: get("line-grid", "#edeff3"),
    text1: get("tx-1", "#1c2129"),
    text2: get("tx-2", "#4f5662"),
    text3: get("tx-3", "#666d79"),
    text4: get("tx-4", "#a3a9b3"),
    accent: get("accent", "#1e56ea"),
    accentSoft: get("accent-soft", "#eff4fd"),
    accentSoft2: get("accent-soft-2", "#dee8fd"),
    accentText: get("accent-tx", "#1343c7"),
    onAccent: get("tx-on", "#fff"),
    bad: get("bad", "#d6373f"),
    ok: get("ok", "#12924a"),
    chip: get("n-50", "#f4f5f8"),
    track: get("n-100", "#eceef2"),
    box: get("n-300", "#bfc4cc"),
    star: get("star", "#f5b301"),
    palette: readPalette(get),
    fonts: readFonts(get("font", "Inter, sans-serif")),
  };
}

function readPalette(get: (name: string, fallback: string) => string): Record<string, PaletteColor> {
  const palette: Record<string, PaletteColor> = {};
  for (const key of paletteKeys) {
    palette[key] = {
      bg: get(`opt-${key}-bg`, "#eaedf1"),
      fg: get(`opt-${key}-fg`, "#4c535e"),
      solid: get(`opt-${key}`, "#7f8793"),
    };
  }
  return palette;
}

function readFonts(family: string): GridFonts {
  return {
    body: `400 13px ${family}`,
    strong: `500 13px ${family}`,
    head: `500 12.5px ${family}`,
    small: `400 12px ${family}`,
    smallStrong: `500 12px ${family}`,
    tag: `400 12.5px ${family}`,
    badge: `500 11px ${family}`,
  };
}

/** An option colour by palette key; grey for unknown keys. */
export function optionColor(theme: GridTheme, key: string | undefined): PaletteColor {
  return (
    theme.palette[key ?? "gray"] ?? theme.palette.gray ?? { bg: "#eaedf1", fg: "#4c535e", solid: "#7f8793" }
  );
}

/** A palette key or a CSS colour as a CSS colour. */
export function markColor(theme: GridTheme, color: string): string {
  return theme.palette[color]?.solid ?? color;
}

/** The palette key that a person has on every page, from the id (as `colorFor` of the pages). */
export function personKey(id: string): string {
  let hash = 2166136261;
  for (const char of id) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619);
  }
  return peopleKeys[(hash >>> 0) % peopleKeys.length] ?? "blue";
}

/** Calls back when the tokens may have changed, until the returned function is called. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme", "class", "style", "lang"],
  });
  const media = matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", changed);
  document.fonts?.addEventListener("loadingdone", changed);
  return () => {
    observer.disconnect();
    media.removeEventListener("change", changed);
    document.fonts?.removeEventListener("loadingdone", changed);
  };
}

function isDark(color: string): boolean {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/iu.exec(color)?.[1];
  if (hex === undefined) {
    return false;
  }
  const full = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((i) => Number.parseInt(full.slice(i, i + 2), 16));
  return r * 0.3 + g * 0.59 + b * 0.11 < 128;
}
