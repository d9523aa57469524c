// Sums the gzip size of what each entry needs before its page works, from the
// build's manifest, and fails when a limit is passed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const dist = join(import.meta.dirname, "..", "dist");
const manifest = JSON.parse(readFileSync(join(dist, ".vite", "manifest.json"), "utf8"));
const kb = (bytes) => Math.round(bytes / 102.4) / 10;
const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

/** Everything that a chunk imports statically, itself included. */
function closure(keys, seen = new Set()) {
  for (const key of keys) {
    if (!seen.has(key) && manifest[key]) {
      seen.add(key);
      closure(manifest[key].imports ?? [], seen);
    }
  }
  return [...seen];
}

function weigh(keys) {
  const chunks = closure(keys).map((key) => manifest[key]);
  const js = chunks.reduce((sum, chunk) => sum + size(chunk.file), 0);
  const css = new Set(chunks.flatMap((chunk) => chunk.css ?? []));
  return { js, css: [...css].reduce((sum, file) => sum + size(file), 0) };
}

const find = (part) => Object.keys(manifest).filter((key) => part.some((end) => key.endsWith(end)));
const entry = Object.keys(manifest).filter((key) => manifest[key].isEntry);
const locale = find(["i18n/base-zh-cn.ts"]);
/** name, chunks beside the entry, limit of JS and of CSS in KB */
const pages = [
  ["entry", [], 130, 25],
  ["sign-up", find(["features/auth/signup-page.tsx", "i18n/auth.zh-cn.ts"]), 180, 25],
  ["home", find(["app/shell/shell.tsx", "app/routes/home-route.tsx", "i18n/home.zh-cn.ts"]), 200, 25],
  [
    "table",
    find(["app/shell/shell.tsx", "app/routes/table-route.tsx", "features/table/table-page.tsx"]),
    200,
    25,
  ],
];

let failed = false;
const check = (label, bytes, limit) => {
  const over = kb(bytes) > limit;
  failed ||= over;
  console.log(
    `${over ? "over " : "ok   "} ${label.padEnd(16)} ${String(kb(bytes)).padStart(7)} KB of ${limit} KB`,
  );
};
for (const [name, keys, js, css] of pages) {
  const sum = weigh([...entry, ...locale, ...keys]);
  check(`${name} js`, sum.js, js);
  check(`${name} css`, sum.css, css);
}
for (const chunk of Object.values(manifest)) {
  if (chunk.isDynamicEntry && chunk.file.endsWith(".js") && kb(size(chunk.file)) > 150) {
    check(chunk.file, size(chunk.file), 150);
  }
}
process.exit(failed ? 1 : 0);
