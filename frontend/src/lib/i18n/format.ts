/** Numbers, money and dates in the user's language and time zone. */

let localeTag = "zh-CN";
let zone: string | undefined;
let justNow = "";
const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

export function setFormats(locale: string, timeZone?: string, moment = ""): void {
  justNow = moment;
  localeTag = locale;
  zone = timeZone ?? zone;
  cache.clear();
}

export function timeZone(): string {
  return zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: () => T,
): T {
  const found = cache.get(key);
  if (found) {
    return found as T;
  }
  const made = make();
  cache.set(key, made);
  return made;
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return cached(`n${JSON.stringify(options)}`, () => new Intl.NumberFormat(localeTag, options)).format(value);
}

/** Money from its exact decimal text; the digits are never rounded through a float. */
export function formatMoney(
  amount: string,
  currency: string,
  scale = 2,
  currencyDisplay: "narrowSymbol" | "symbol" | "code" = "narrowSymbol",
): string {
  const format = cached(
    `m${currency}${scale}${currencyDisplay}`,
    () =>
      new Intl.NumberFormat(localeTag, {
        style: "currency",
        currency,
        currencyDisplay,
        minimumFractionDigits: scale,
        maximumFractionDigits: scale,
      }),
  );
  return format.format(amount as Intl.StringNumericLiteral);
}

function dateFormat(options: Intl.DateTimeFormatOptions, tz: string): Intl.DateTimeFormat {
  return cached(`d${tz}${JSON.stringify(options)}`, () => {
    return new Intl.DateTimeFormat(localeTag, { ...options, timeZone: tz });
  });
}

/** A calendar day `YYYY-MM-DD`, which has no time zone. */
export function formatDay(
  day: string,
  options: Intl.DateTimeFormatOptions = { dateStyle: "medium" },
): string {
  return dateFormat(options, "UTC").format(new Date(`${day}T00:00:00Z`));
}

/** An instant in the user's time zone. */
export function formatTime(
  at: string | number | Date,
  options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" },
): string {
  return dateFormat(options, timeZone()).format(new Date(at));
}

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 minutes ago" within a week, else the date. */
export function formatAgo(at: string | number | Date, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  if (Math.abs(seconds) > 7 * 86_400) {
    return formatTime(at, { dateStyle: "medium" });
  }
  const relative = cached("ago", () => new Intl.RelativeTimeFormat(localeTag, { numeric: "auto" }));
  const step = steps.find(([, size]) => Math.abs(seconds) >= size);
  return step ? relative.format(Math.round(seconds / step[1]), step[0]) : justNow;
}
