/** Number and date formatters, created once a locale: creating one for each cell is slow. */

const maxTexts = 20_000;

export class Formats {
  private numbers = new Map<string, Intl.NumberFormat>();
  private times = new Map<string, Intl.DateTimeFormat>();
  private texts = new Map<string, Map<unknown, string>>();

  readonly locale: string;

  constructor(locale: string) {
    this.locale = locale;
  }

  /** A number, or a decimal string with the places that it has; digits beyond what a double holds stay exact. */
  number(value: unknown, fixedScale: number | undefined): string {
    const scale = typeof value === "string" ? (value.split(".")[1]?.length ?? 0) : fixedScale;
    return this.cached(`n${scale ?? ""}`, value, () => {
      const style = scale === undefined ? { maximumFractionDigits: 12 } : fixed(scale);
      return this.formatter(`n${scale ?? ""}`, style).format(numeric(value));
    });
  }

  currency(value: unknown, scale: number | undefined, code: string): string {
    return this.cached(`c${scale ?? ""}${code}`, value, () => {
      const style = {
        style: "currency",
        currency: code,
        currencyDisplay: "narrowSymbol",
        ...fixed(scale ?? 2),
      } as const;
      return this.formatter(`c${scale ?? ""}${code}`, style).format(numeric(value));
    });
  }

  /** A fraction: 0.25 is 25 %. */
  percent(value: unknown, scale: number | undefined): string {
    return this.cached(`p${scale ?? ""}`, value, () => {
      const style = {
        style: "percent",
        ...(scale === undefined ? { maximumFractionDigits: 2 } : fixed(scale)),
      } as const;
      return this.formatter(`p${scale ?? ""}`, style).format(numeric(value));
    });
  }

  /** An RFC 3339 instant as YYYY-MM-DD HH:mm in a zone. */
  dateTime(value: unknown, zone: string | undefined): string {
    return this.cached(`t${zone ?? ""}`, value, () => {
      const at = new Date(String(value));
      if (Number.isNaN(at.getTime())) {
        return String(value);
      }
      const parts: Record<string, string> = {};
      for (const part of this.clock(zone).formatToParts(at)) {
        parts[part.type] = part.value;
      }
      return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
    });
  }

  private clock(zone: string | undefined): Intl.DateTimeFormat {
    const key = zone ?? "";
    let format = this.times.get(key);
    if (format === undefined) {
      format = new Intl.DateTimeFormat("en-CA", {
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
        ...(zone === undefined ? {} : { timeZone: zone }),
      });
      this.times.set(key, format);
    }
    return format;
  }

  private formatter(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
    let format = this.numbers.get(key);
    if (format === undefined) {
      format = new Intl.NumberFormat(this.locale, options);
      this.numbers.set(key, format);
    }
    return format;
  }

  private cached(key: string, value: unknown, make: () => string): string {
    let texts = this.texts.get(key);
    if (texts === undefined) {
      texts = new Map();
      this.texts.set(key, texts);
    }
    let text = texts.get(value);
    if (text === undefined) {
      text = make();
      if (texts.size >= maxTexts) {
        texts.clear();
      }
      texts.set(value, text);
    }
    return text;
  }
}

function fixed(scale: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: scale, maximumFractionDigits: scale };
}

/** Intl formats decimal strings exactly, so they are passed on as they are. */
function numeric(value: unknown): number | Intl.StringNumericLiteral {
  if (typeof value === "string" && /^-?\d+(\.\d+)?$/u.test(value)) {
    return value as Intl.StringNumericLiteral;
  }
  return Number(value);
}
