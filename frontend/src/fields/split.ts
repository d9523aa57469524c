/** Several names in one cell: separated by , ; newline and their Chinese forms, quoted where they hold one. */
const separator = /[,;\n\r\uff0c\u3001\uff1b]/u;

class Splitter {
  private readonly out: string[] = [];
  private part = "";
  private quoted = false;
  private wasQuoted = false;

  run(text: string): string[] {
    const chars = [...text];
    for (let i = 0; i < chars.length; i++) {
      const char = chars[i] ?? "";
      if (this.quoted && char === '"' && chars[i + 1] === '"') {
        this.part += '"';
        i++;
      } else {
        this.take(char);
      }
    }
    this.flush();
    return this.out;
  }

  private take(char: string): void {
    if (this.quoted) {
      if (char === '"') {
        this.quoted = false;
      } else {
        this.part += char;
      }
    } else if (char === '"' && !this.wasQuoted && this.part.trim() === "") {
      this.part = "";
      this.quoted = true;
      this.wasQuoted = true;
    } else if (separator.test(char)) {
      this.flush();
    } else if (!(this.wasQuoted && (char === " " || char === "\t"))) {
      this.part += char;
    }
  }

  private flush(): void {
    const name = this.wasQuoted ? this.part : this.part.trim();
    if (name !== "") {
      this.out.push(name);
    }
    this.part = "";
    this.wasQuoted = false;
  }
}

export function splitNames(text: string): string[] {
  return new Splitter().run(text);
}

/** Writes names so that `splitNames` finds them again. */
export function joinNames(names: readonly string[]): string {
  return names
    .map((name) =>
      separator.test(name) || name !== name.trim() || name.startsWith('"')
        ? `"${name.replaceAll('"', '""')}"`
        : name,
    )
    .join(", ");
}
