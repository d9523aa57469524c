/** Times in the forms that date fields know, days in Chinese among them. */
import { dayOf, instant, parseIso } from "../core/clock";
import { badValue, type Context } from "../core/run";
import { date, dateTime, type Value } from "../core/value";
import { cutWord, narrow } from "./plain-number";

const dayForm =
  /^(?:(\d{4})(\d{2})(\d{2})|(\d{4})([-/.])(\d{1,2})\5(\d{1,2})|(\d{4})\u5e74(\d{1,2})\u6708(\d{1,2})[\u65e5\u53f7]?)/;

/** Reads a day from the front, and what follows. */
function cutDay(s: string): { day: number; rest: string } | undefined {
  const m = dayForm.exec(s);
  if (!m) {
    return undefined;
  }
  const parts = [m[1] ?? m[4] ?? m[8], m[2] ?? m[6] ?? m[9], m[3] ?? m[7] ?? m[10]].map(Number);
  const day = dayOf(parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0);
  return day === undefined ? undefined : { day, rest: s.slice(m[0].length) };
}

const clockForm = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;

function halfOf(s: string): { rest: string; half: "am" | "pm" | "" } {
  for (const half of ["am", "pm"] as const) {
    const rest = cutWord(s, half);
    if (rest !== s) {
      return { rest, half };
    }
  }
  return { rest: s, half: "" };
}

/** The hour of the day of an hour of its half. */
function inHalf(hour: number, half: string): number | undefined {
  if ((half === "am" && hour > 12) || (half === "pm" && hour === 0)) {
    return undefined;
  }
  if (half === "pm" && hour < 12) {
    return hour + 12;
  }
  return half === "am" && hour === 12 ? 0 : hour;
}

/** Ms of a time of day: 14:30, 2:30 pm; nothing is midnight. */
function clockOf(s: string): number | undefined {
  if (s === "") {
    return 0;
  }
  const { rest, half } = halfOf(s.toLowerCase());
  const m = clockForm.exec(rest);
  const hour = m ? inHalf(Number(m[1]), half) : undefined;
  if (!m || hour === undefined || Number(m[1]) > 23 || Number(m[2]) > 59 || Number(m[3] ?? 0) > 59) {
    return undefined;
  }
  const ms = Number(`${m[4] ?? ""}000`.slice(0, 3));
  return hour * 3_600_000 + Number(m[2]) * 60_000 + Number(m[3] ?? 0) * 1000 + ms;
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Reads what date fields read too, days in Chinese among it. */
export function moreForms(c: Context, s: string): Value {
  const iso = parseIso(s, c.zone);
  if (iso) {
    return iso;
  }
  const plain = narrow(s);
  if (rfc3339.test(plain) && Number.isFinite(Date.parse(plain))) {
    return dateTime(Date.parse(plain));
  }
  const found = cutDay(plain);
  if (!found) {
    return badValue;
  }
  if (found.rest === "") {
    return date(found.day);
  }
  const clock = clockOf(found.rest.replace(/^T/, "").trim());
  return clock === undefined ? badValue : dateTime(instant(found.day + clock, c.zone));
}
