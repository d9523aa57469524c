/** Symbols of codes as shapes, on a sheet that is white by day and by night. */
import JsBarcode from "jsbarcode";
import { encode } from "uqr";
import { type CodeForm, isEan13 } from "./code-form";

export interface Words {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** Measured in modules, the narrowest bar being one. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** The dark parts, as the data of a path. */
  readonly path: string;
  readonly words: readonly Words[];
}

const bar = (x: number, y: number, width: number, height: number) =>
  `M${x} ${y}h${width}v${height}h${-width}z`;

/** Neighbours of one row as one bar. */
function runs(row: readonly boolean[], draw: (from: number, width: number) => string): string {
  let path = "";
  let from = 0;
  while (from < row.length) {
    let to = from + 1;
    while (to < row.length && row[to] === row[from]) {
      to++;
    }
    path += row[from] ? draw(from, to - from) : "";
    from = to;
  }
  return path;
}

const quiet = 4;

function qr(text: string): Drawing | undefined {
  try {
    const { data, size } = encode(text, { ecc: "M", border: quiet });
    const path = data.map((row, y) => runs(row, (x, width) => bar(x, y, width, 1))).join("");
    return { width: size, height: size, path, words: [] };
  } catch {
    return undefined; // more than the largest one holds
  }
}

function modules(text: string, format: "CODE128" | "EAN13"): readonly boolean[] | undefined {
  const to: { encodings?: readonly { readonly data: string }[] } = {};
  let good = true;
  JsBarcode(to, text, {
    format,
    ...(format === "EAN13" && { flat: true }),
    valid: (valid: boolean) => {
      good = valid;
    },
  });
  const data = to.encodings?.map((one) => one.data).join("") ?? "";
  return good && data !== "" ? [...data].map((one) => one === "1") : undefined;
}

const edge = 10;
const tall = 46;

function code128(text: string): Drawing | undefined {
  const row = /^[\x20-\x7e]{1,80}$/u.test(text) ? modules(text, "CODE128") : undefined;
  if (row === undefined) {
    return undefined;
  }
  const width = row.length + 2 * edge;
  const size = Math.min(11, (width - 4) / (text.length * 0.62));
  return {
    width,
    height: tall + 20,
    path: runs(row, (x, wide) => bar(x + edge, 4, wide, tall)),
    words: [{ text, x: width / 2, y: tall + 15, size }],
  };
}

/** The three guards reach down between the digits. */
const isGuard = (x: number) => x < 3 || x > 91 || (x > 44 && x < 50);

function ean13(text: string): Drawing | undefined {
  const row = isEan13(text) ? modules(text, "EAN13") : undefined;
  if (row === undefined) {
    return undefined;
  }
  const left = edge + 1;
  const digits = [...text].map((digit, i) => {
    const half = i > 6 ? 50 : 3;
    const x = i === 0 ? -5 : half + ((i - 1) % 6) * 7 + 3.5;
    return { text: digit, x: left + x, y: tall + 13, size: 11 };
  });
  return {
    width: row.length + left + edge - 2,
    height: tall + 18,
    path: runs(row, (x, wide) => bar(x + left, 4, wide, isGuard(x) ? tall + 5 : tall)),
    words: digits,
  };
}

/** The symbol of a text; undefined where it cannot say it. */
export function draw(form: CodeForm, text: string): Drawing | undefined {
  const drawn = { qr, code128, ean13 };
  return text === "" ? undefined : drawn[form](text);
}

/** As a picture for labels and letters. */
export function toPicture(drawing: Drawing): Promise<Blob | undefined> {
  const scale = Math.max(4, Math.ceil(600 / drawing.width));
  const canvas = document.createElement("canvas");
  canvas.width = drawing.width * scale;
  canvas.height = drawing.height * scale;
  const g = canvas.getContext("2d");
  if (g === null) {
    return Promise.resolve(undefined);
  }
  g.fillStyle = "white";
  g.fillRect(0, 0, canvas.width, canvas.height);
  g.scale(scale, scale);
  g.fillStyle = "black";
  g.fill(new Path2D(drawing.path));
  g.textAlign = "center";
  for (const { text, x, y, size } of drawing.words) {
    g.font = `${size}px ui-monospace, Menlo, Consolas, monospace`;
    g.fillText(text, x, y);
  }
  return new Promise((done) => canvas.toBlob((blob) => done(blob ?? undefined), "image/png"));
}
