import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/** Who may import whom: a folder of src may use itself and the folders named. */
const layers: Record<string, readonly string[]> = {
  lib: [],
  ui: ["lib"],
  api: ["lib"],
  grid: ["lib"],
  formula: ["ui", "api", "lib"],
  data: ["grid", "api", "lib"],
  fields: ["formula", "data", "grid", "ui", "api", "lib"],
  features: ["fields", "formula", "data", "grid", "ui", "api", "lib"],
  app: ["features", "fields", "formula", "data", "grid", "ui", "api", "lib"],
};

const src = import.meta.dirname;
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path));
const read = (path: string) => readFileSync(join(src, path), "utf8");

const importPattern = /(?:from|import)\s*\(?\s*["'](?<to>[@.][^"']*)["']/g;
const imports = files
  .filter((path) => path !== "arch.test.ts")
  .flatMap((from) =>
    [...read(from).matchAll(importPattern)].map(({ groups }) => {
      const to = groups?.to ?? "";
      const path = to.startsWith("@/") ? to.slice(2) : relative(src, resolve(src, dirname(from), to));
      return { from, to: path };
    }),
  )
  .filter(({ to }) => !to.startsWith("@"));

describe("imports", () => {
  it("are found at all", () => {
    expect(imports.length).toBeGreaterThan(50);
  });

  it("point down, and no feature knows another", () => {
    const bad = imports.filter(({ from, to }) => {
      const [layer = "", part] = from.split("/");
      const [target = "", targetPart] = to.split("/");
      if (layer === "features" && target === "features") {
        return part !== targetPart;
      }
      return layer !== target && !layers[layer]?.includes(target);
    });
    expect(bad).toEqual([]);
  });
});

describe("texts", () => {
  const code = files.filter(
    (path) => !/(\.test\.tsx?|test-setup\.ts)$/.test(path) && !path.startsWith("lib/i18n/"),
  );
  const bare = (path: string) => read(path).replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, "$1");

  it("stand in the catalogue: no Chinese in code", () => {
    expect(code.filter((path) => /\p{Script=Han}/u.test(bare(path)))).toEqual([]);
  });

  it("stand in the catalogue: no words in attributes that people read", () => {
    const attribute = /\s(?:title|label|placeholder|alt|aria-label|description)="[^"]*[A-Za-z]{2}[^"]*"/;
    expect(code.filter((path) => path.endsWith(".tsx") && attribute.test(bare(path)))).toEqual([]);
  });
});

describe("files", () => {
  it("stay short enough to read", () => {
    const lines = (path: string) => read(path).split("\n").length;
    expect(files.filter((path) => !/\.test\.tsx?$/.test(path) && lines(path) > 301)).toEqual([]);
  });

  it("take colours from the tokens", () => {
    const styles = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".module.css"),
    );
    const literal = /#[0-9a-f]{6}\b/i;
    expect(styles.length).toBeGreaterThan(1);
    expect(styles.filter((path) => literal.test(read(path).replace(/var\(--[^()]*\)/g, "")))).toEqual([]);
  });
});
