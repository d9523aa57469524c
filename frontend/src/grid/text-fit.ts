/** Measures, cuts and wraps text for a canvas, and remembers the results. */

const maxEntries = 30_000;
const token = /[\u2E80-\uFFEF]|[^\s\u2E80-\uFFEF]+\s*|\s+/gu;

type Measure = (font: string, text: string) => number;

/** A measure that asks a canvas; it leaves the canvas with the font that it found. */
export function canvasMeasure(g: CanvasRenderingContext2D): Measure {
  return (font, text) => {
    const before = g.font;
    if (before !== font) {
      g.font = font;
    }
    const { width } = g.measureText(text);
    if (before !== font) {
      g.font = before;
    }
    return width;
  };
}

export class TextFit {
  private widths = new Map<string, Map<string, number>>();
  private fitted = new Map<string, Map<string, string>>();
  private wrapped = new Map<string, Map<string, readonly string[]>>();

  private readonly measure: Measure;

  constructor(measure: Measure) {
    this.measure = measure;
  }

  /** Width in pixels. */
  width(font: string, text: string): number {
    const cache = inner(this.widths, font);
    let width = cache.get(text);
    if (width === undefined) {
      width = this.measure(font, text);
      remember(cache, text, width);
    }
    return width;
  }

  /** The text, cut to a width with an ellipsis. Line breaks become spaces. */
  fit(font: string, text: string, max: number): string {
    const cache = inner(this.fitted, `${font}|${Math.floor(max)}`);
    let result = cache.get(text);
    if (result === undefined) {
      result = this.cut(font, oneLine(text, max), Math.floor(max));
      remember(cache, text, result);
    }
    return result;
  }

  /** The text in at most `lines` lines of a width; the last one is cut. */
  wrap(font: string, text: string, max: number, lines: number): readonly string[] {
    const cache = inner(this.wrapped, `${font}|${Math.floor(max)}|${lines}`);
    let result = cache.get(text);
    if (result === undefined) {
      result = this.breakLines(font, text.slice(0, lines * Math.ceil(max / 3)), Math.floor(max), lines);
      remember(cache, text, result);
    }
    return result;
  }

  /** Forgets everything: fonts have arrived or changed. */
  clear(): void {
    this.widths.clear();
    this.fitted.clear();
    this.wrapped.clear();
  }

  private cut(font: string, text: string, max: number): string {
    if (max <= 0) {
      return "";
    }
    if (this.width(font, text) <= max) {
      return text;
    }
    let low = 0;
    let high = text.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.measure(font, `${text.slice(0, middle)}…`) <= max) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return `${text.slice(0, wholeLetters(text, low)).trimEnd()}…`;
  }

  private breakLines(font: string, text: string, max: number, lines: number): string[] {
    const out: string[] = [];
    let rest = text.replaceAll(/\r\n|\r/gu, "\n");
    while (out.length < lines - 1 && rest !== "") {
      const end = rest.indexOf("\n");
      const line = this.takeLine(font, end < 0 ? rest : rest.slice(0, end), max);
      out.push(line.trimEnd());
      rest = rest.slice(line.length + (line.length === end ? 1 : 0));
    }
    if (rest !== "") {
      const end = rest.indexOf("\n");
      out.push(this.cut(font, end < 0 ? rest : `${rest.slice(0, end)}…`, max));
    }
    return out;
  }

  private takeLine(font: string, text: string, max: number): string {
    if (this.measure(font, text) <= max) {
      return text;
    }
    let line = "";
    for (const [part] of text.matchAll(token)) {
      if (this.measure(font, (line + part).trimEnd()) > max) {
        break;
      }
      line += part;
    }
    return line === "" ? this.hardBreak(font, text, max) : line;
  }

  private hardBreak(font: string, text: string, max: number): string {
    let end = 1;
    while (end < text.length && this.measure(font, text.slice(0, end + 1)) <= max) {
      end++;
    }
    return text.slice(0, Math.max(1, wholeLetters(text, end)));
  }
}

/** No letter is narrower than 2 px: what is surely too long need not be measured. */
function oneLine(text: string, max: number): string {
  return text.slice(0, Math.ceil(max / 2) + 8).replace(/\s*[\r\n]+\s*/gu, " ");
}

/** Moves a cut that would split a surrogate pair. */
function wholeLetters(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end - 1 : end;
}

function inner<V>(outer: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let found = outer.get(key);
  if (found === undefined) {
    if (outer.size > 400) {
      outer.clear();
    }
    found = new Map();
    outer.set(key, found);
  }
  return found;
}

function remember<V>(cache: Map<string, V>, key: string, value: V): void {
  if (cache.size >= maxEntries) {
    cache.clear();
  }
  cache.set(key, value);
}
