import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Field } from "@/api/types";
import "./more/register";
import { typeOf } from "./registry";
import type { ParseEnv } from "./types";

/** The same cases that the server's tests read. */
const folder = join(import.meta.dirname, "../../../schema/field/testdata");

interface Case {
  readonly name: string;
  readonly how: string;
  readonly type: string;
  readonly options: Record<string, unknown>;
  readonly input: string;
  readonly want: string;
}

function casesOf(file: string): Case[] {
  const lines = readFileSync(join(folder, file), "utf8").trimEnd().split("\n");
  const cases: Case[] = [];
  for (let i = 0; i < lines.length; i++) {
    const head = lines[i] ?? "";
    if (head === "" || head.startsWith("#")) {
      continue;
    }
    const [how = "", type = "", ...options] = head.split(" ");
    const cut = lines.indexOf("----", i);
    let end = cut + 1;
    while (end < lines.length && lines[end] !== "") {
      end++;
    }
    cases.push({
      name: `${file}:${i + 1} ${head}`,
      how,
      type,
      options: options.length === 0 ? {} : (JSON.parse(options.join(" ")) as Record<string, unknown>),
      input: lines.slice(i + 1, cut).join("\n"),
      want: lines.slice(cut + 1, end).join("\n"),
    });
    i = end;
  }
  return cases;
}

const all = [...readdirSync(folder), ...readdirSync(join(folder, "model")).map((file) => `model/${file}`)]
  .filter((file) => file.endsWith(".txt"))
  .flatMap(casesOf);
/** Pages parse what is typed and pasted; JSON input is the server's alone. */
const typed = all.filter(({ how }) => how === "text" || how === "quoted");

const env: ParseEnv = {
  timeZone: "Asia/Shanghai",
  members: [
    { id: "usr_1", name: "王老板", email: "boss@example.com" },
    { id: "usr_7", name: "张经理", email: "zhang@example.com" },
  ],
};

function fieldOf({ type, options }: Case): Field {
  const choices = (
    options.choices as
      | {
          id: number;
          name: string;
          color: string;
          parent?: number;
          done?: boolean;
          deleted?: boolean;
        }[]
      | undefined
  )
    ?.filter((choice) => choice.deleted !== true)
    .map(({ id, name, color, parent, done }) => ({
      id: `opt_${id}`,
      name,
      color,
      ...(parent && { parent: `opt_${parent}` }),
      ...(done && { done }),
    }));
  return {
    id: "fld_1",
    key: "f",
    name: "F",
    type,
    required: false,
    unique: false,
    right: "write",
    options: { ...options, entity: "ent_5", ...(choices && { choices }) },
  };
}

/** What the server alone can read: pages send the text. */
const asText = ({ type, options }: Case) =>
  ["department", "role", "address"].includes(type) || options.tree !== undefined;

/** Links are sent as names, and the server finds the records. */
const named = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.map(({ name }: { name: string }) => ({ id: "", name })) : value;
};

describe("the corpus", () => {
  it("is found", () => {
    expect(typed.length).toBeGreaterThan(80);
  });

  it.each(typed.filter(asText).map((one) => [one.name, one.input, one] as const))("%s", (_, text, one) => {
    const got = typeOf(one.type).parse(fieldOf(one), text, env);
    expect(JSON.stringify(got)).toContain(`:${JSON.stringify(text)}`);
  });

  it.each(typed.filter((one) => !asText(one)).map((one) => [one.name, one] as const))("%s", (_name, one) => {
    const field = fieldOf(one);
    const type = typeOf(field);
    const text = one.how === "quoted" ? (JSON.parse(one.input) as string) : one.input;
    const got = type.parse(field, text, env);
    if (one.want.startsWith("error ")) {
      expect(got).toEqual({ error: one.want.slice("error ".length) });
      return;
    }
    const want = one.type === "link" ? named(one.want) : (JSON.parse(one.want) as unknown);
    const value = "value" in got ? got.value : got;
    if (one.type === "dateTime") {
      expect(new Date(String(value)).getTime()).toBe(new Date(String(want)).getTime());
    } else if (one.type === "secret") {
      expect(value).toBe(text); // the server seals it
      expect(type.format(field, value)).toBe("••••••");
    } else if (one.type !== "link") {
      expect(value).toEqual(want);
    }
  });
});
