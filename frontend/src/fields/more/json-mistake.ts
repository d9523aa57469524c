/** Finds where a text stops being JSON: engines of browsers do not agree on saying so. */

const space = /[ \t\n\r]*/uy;
const scalar =
  /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/uy;
const name = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/uy;

class Scanner {
  at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Whether all of the text is one value; `at` is where it is not. */
  whole(): boolean {
    return this.value() && this.skip() === this.text.length;
  }

  private skip(): number {
    this.take(space);
    return this.at;
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    this.at += found?.[0].length ?? 0;
    return found !== null;
  }

  private sign(char: string): boolean {
    this.skip();
    const there = this.text[this.at] === char;
    this.at += Number(there);
    return there;
  }

  private value(): boolean {
    this.skip();
    if (this.sign("{")) {
      return this.items("}", () => this.member());
    }
    return this.sign("[") ? this.items("]", () => this.value()) : this.take(scalar);
  }

  private member(): boolean {
    this.skip();
    return this.take(name) && this.sign(":") && this.value();
  }

  private items(end: string, one: () => boolean): boolean {
    if (this.sign(end)) {
      return true;
    }
    while (one()) {
      if (this.sign(end)) {
        return true;
      }
      if (!this.sign(",")) {
        return false;
      }
    }
    return false;
  }
}

/** Line and column from 1 of the first mistake; undefined where there is none. */
export function jsonMistake(text: string): { readonly line: number; readonly column: number } | undefined {
  const scanner = new Scanner(text);
  if (scanner.whole()) {
    return undefined;
  }
  const before = text.slice(0, scanner.at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
