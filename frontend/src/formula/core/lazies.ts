/** Functions that do not evaluate all their arguments, or that look at errors. */
import { floorDay, wall } from "./clock";
import { condition, single, textOf } from "./convert";
import { equal } from "./ops";
import { type Node, ungrouped } from "./parse";
import { type Context, limit, type Run, spend } from "./run";
import { blank, bool, date, dateTime, failed, text, tooLong, type Value } from "./value";

type Build = (args: readonly Node[]) => Run;

const constant =
  (v: Value): Build =>
  () =>
  () =>
    v;

const runOf = (args: readonly Node[], i: number): Run => args[i]?.run ?? (() => blank);
const now: Run = (c) => dateTime(c.env.now);

const buildIf: Build = (args) => {
  const [test, yes, no] = [runOf(args, 0), runOf(args, 1), runOf(args, 2)];
  return (c) => {
    const ok = condition(c, test(c));
    if (ok.kind === "error") {
      return ok;
    }
    return ok.n !== 0 ? yes(c) : no(c);
  };
};

const buildIfs: Build = (args) => (c) => {
  for (let i = 0; i + 1 < args.length; i += 2) {
    const ok = condition(c, runOf(args, i)(c));
    if (ok.kind === "error") {
      return ok;
    }
    if (ok.n !== 0) {
      return runOf(args, i + 1)(c);
    }
  }
  return blank;
};

const buildSwitch: Build = (args) => (c) => {
  const x = runOf(args, 0)(c);
  if (x.kind === "error") {
    return x;
  }
  let i = 1;
  for (; i + 1 < args.length; i += 2) {
    const v = equal(c, x, runOf(args, i)(c), true);
    if (v.kind === "error") {
      return v;
    }
    if (v.n !== 0) {
      return runOf(args, i + 1)(c);
    }
  }
  return i < args.length ? runOf(args, i)(c) : blank;
};

/** What decides AND or OR among the parts of one argument: that truth value, or an error. */
function decided(c: Context, parts: readonly Value[], and: boolean): Value | undefined {
  if (!spend(c, parts.length)) {
    return limit;
  }
  for (const part of parts) {
    const ok = condition(c, part);
    if (ok.kind === "error" || (ok.n !== 0) !== and) {
      return ok;
    }
  }
  return undefined;
}

/** AND and OR: from left to right, until certain; the elements of a list count one by one. */
function junction(and: boolean): Build {
  return (args) => (c) => {
    for (const a of args) {
      const v = a.run(c);
      const found = decided(c, v.kind === "list" ? v.list : [v], and);
      if (found) {
        return found;
      }
    }
    return bool(and);
  };
}

const buildConcat: Build = (args) => (c) => {
  let out = "";
  for (const a of args) {
    const v = single(c, a.run(c));
    if (v.kind === "error") {
      return v;
    }
    const s = textOf(v, c.zone);
    out += s;
    if (tooLong(out) || !spend(c, s.length >> 5)) {
      return limit;
    }
  }
  return text(out);
};

/** When the record was changed, or the newest of the moments when some of its fields were. */
const buildLastModified: Build = (args) => {
  if (args.length === 0) {
    return (c) => dateTime(c.row.updatedAt);
  }
  const fields = args.map((a) => ungrouped(a).field);
  return (c) => {
    const last = Math.max(...fields.map((field) => c.row.changedAt(field)));
    return last === 0 ? blank : dateTime(last);
  };
};

const spent = (c: Context, v: Value): boolean => v.s === "#LIMIT!" && c.steps < 0;

export const lazies: Readonly<Record<string, Build>> = {
  IF: buildIf,
  IFS: buildIfs,
  SWITCH: buildSwitch,
  AND: junction(true),
  OR: junction(false),
  IFERROR: (args) => (c) => {
    const v = runOf(args, 0)(c);
    return v.kind !== "error" || spent(c, v) ? v : runOf(args, 1)(c);
  },
  ISERROR: (args) => (c) => bool(runOf(args, 0)(c).kind === "error"),
  TRUE: constant(bool(true)),
  FALSE: constant(bool(false)),
  BLANK: constant(blank),
  ERROR: constant(failed("#ERROR!")),
  RECORD_ID: () => (c) => (c.row.id === "" ? blank : text(c.row.id)),
  CREATED_TIME: () => (c) => dateTime(c.row.createdAt),
  LAST_MODIFIED_TIME: buildLastModified,
  ME: () => (c) => c.env.me,
  NOW: () => now,
  DATENOW: () => now,
  TODAY: () => (c) => date(floorDay(wall(c.env.now, c.zone))),
  CONCATENATE: buildConcat,
  CONCAT: buildConcat,
};
