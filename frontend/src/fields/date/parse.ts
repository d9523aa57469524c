/** Days and moments as people write them, read as the server reads them (schema/value). */
import { afternoonWords, dayWords, monthWord, morningWords, yearWord } from "../words";

interface Cut {
  readonly day: string;
  readonly rest: string;
}

const pad = (n: number, size = 2) => String(n).padStart(size, "0");

function dayOf(y: number, m: number, d: number): string | undefined {
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(y, m - 1, d);
  const real = y >= 1 && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  return real ? `${pad(y, 4)}-${pad(m)}-${pad(d)}` : undefined;
}

const withSigns = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/u;
const withWords = new RegExp(
  `^(\\d{4})${yearWord}(\\d{1,2})${monthWord}(\\d{1,2})(?!\\d)[${dayWords}]?`,
  "u",
);

function cutDay(text: string): Cut | undefined {
  const compact = /^(\d{4})(\d{2})(\d{2})(?!\d)/u.exec(text);
  const signs = withSigns.exec(text);
  const words = withWords.exec(text);
  const match = compact ?? signs ?? words;
  if (match === null) {
    return undefined;
  }
  const [y, m, d] = signs !== null && compact === null ? [1, 3, 4] : [1, 2, 3];
  const day = dayOf(Number(match[y]), Number(match[m]), Number(match[d]));
  const rest = text.slice(match[0].length).replace(new RegExp(`^[${dayWords}]`, "u"), "");
  return day === undefined ? undefined : { day, rest };
}

const narrow = (text: string) => text.normalize("NFKC").trim();

interface Clock {
  readonly h: number;
  readonly m: number;
  readonly s: number;
}

function half(text: string): { rest: string; shift: "am" | "pm" | undefined } {
  for (const [words, shift] of [
    [morningWords, "am"],
    [afternoonWords, "pm"],
  ] as const) {
    const word = words.find((one) => text.startsWith(one) || text.endsWith(one));
    if (word !== undefined) {
      return { rest: text.replace(word, "").trim(), shift };
    }
  }
  return { rest: text, shift: undefined };
}

function clockOf(text: string): Clock | undefined {
  if (text === "") {
    return { h: 0, m: 0, s: 0 };
  }
  const { rest, shift } = half(text.toLowerCase());
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/u.exec(rest);
  if (match === null) {
    return undefined;
  }
  let h = Number(match[1]);
  const m = Number(match[2]);
  const s = Number(match[3] ?? 0);
  if (shift === "pm" && h < 12) {
    h += 12;
  } else if (shift === "am" && h === 12) {
    h = 0;
  }
  return h > 23 || m > 59 || s >= 60 ? undefined : { h, m, s };
}

/** How far a zone is ahead of UTC at a moment, in ms. */
function offsetAt(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const n = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return (
    Date.UTC(n("year"), n("month") - 1, n("day"), n("hour"), n("minute"), n("second")) -
    Math.floor(at / 1000) * 1000
  );
}

/** A wall clock in a zone as a moment. */
export function momentIn(zone: string, day: string, { h, m, s }: Clock): number {
  const wall = Date.parse(`${day}T${pad(h)}:${pad(m)}:00Z`) + Math.round(s * 1000);
  const first = wall - offsetAt(zone, wall);
  return wall - offsetAt(zone, first);
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/u;

/** Milliseconds of a moment, or undefined. */
export function parseMoment(text: string, zone: string): number | undefined {
  const clean = narrow(text);
  if (rfc3339.test(clean)) {
    const at = Date.parse(clean);
    return Number.isNaN(at) ? undefined : at;
  }
  const cut = cutDay(clean);
  const clock = cut && clockOf(cut.rest.replace(/^T/u, "").trim());
  return cut === undefined || clock === undefined ? undefined : momentIn(zone, cut.day, clock);
}

export function dayAt(zone: string, at: number): string {
  return new Date(at + offsetAt(zone, at)).toISOString().slice(0, 10);
}

/** The clock of a zone as "HH:MM". */
export function clockAt(zone: string, at: number): string {
  return new Date(at + offsetAt(zone, at)).toISOString().slice(11, 16);
}

/** A day such as 2026-11-22, or undefined. A moment is the day on which it falls in the zone. */
export function parseDay(text: string, zone: string): string | undefined {
  const cut = cutDay(narrow(text));
  if (cut !== undefined && cut.rest === "") {
    return cut.day;
  }
  const at = parseMoment(text, zone);
  return at === undefined ? undefined : dayAt(zone, at);
}
