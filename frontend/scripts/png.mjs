// Makes a picture of a page small: 256 colours are enough for one, and a third of the bytes.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

function chunks(png) {
  const found = [];
  for (let at = signature.length; at < png.length; ) {
    const size = png.readUInt32BE(at);
    found.push({ type: png.toString("latin1", at + 4, at + 8), data: png.subarray(at + 8, at + 8 + size) });
    at += size + 12;
  }
  return found;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) {
    return left;
  }
  return b <= c ? up : corner;
}

/** The bytes of all pixels, line after line. */
function pixels(lines, { height, stride, step }) {
  const guesses = [
    () => 0,
    (left) => left,
    (_, up) => up,
    (left, up) => (left + up) >> 1,
    (left, up, corner) => paeth(left, up, corner),
  ];
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const guess = guesses[lines[y * (stride + 1)]];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= step ? out[at - step] : 0;
      const up = y > 0 ? out[at - stride] : 0;
      const corner = x >= step && y > 0 ? out[at - stride - step] : 0;
      out[at] = lines[y * (stride + 1) + 1 + x] + guess(left, up, corner);
    }
  }
  return out;
}

/** Browsers may leave holes at round corners: there the page's first colour shows. */
function fillHoles(bytes, step) {
  for (let at = 0; step === 4 && at < bytes.length; at += step) {
    const alpha = bytes[at + 3] / 255;
    for (let i = 0; alpha < 1 && i < 3; i++) {
      bytes[at + i] = Math.round(bytes[at + i] * alpha + bytes[i] * (1 - alpha));
    }
  }
}

function colours(bytes, step) {
  const uses = new Map();
  for (let at = 0; at < bytes.length; at += step) {
    const colour = bytes.readUIntBE(at, 3);
    uses.set(colour, (uses.get(colour) ?? 0) + 1);
  }
  return [...uses].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
}

const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function nearest(palette, colour) {
  const [r, g, b] = parts(colour);
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, [pr, pg, pb]] of palette.entries()) {
    const distance = (pr - r) ** 2 + (pg - g) ** 2 + (pb - b) ** 2;
    if (distance < least) {
      [best, least] = [index, distance];
    }
  }
  return best;
}

/** The same picture with its 256 commonest colours. Takes 8-bit RGB or RGBA. */
export function withPalette(png) {
  const all = chunks(png);
  const head = Buffer.from(all[0].data);
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const step = head[9] === 6 ? 4 : 3;
  const lines = inflateSync(Buffer.concat(all.filter(({ type }) => type === "IDAT").map(({ data }) => data)));
  const bytes = pixels(lines, { height, stride: width * step, step });
  fillHoles(bytes, step);
  const used = colours(bytes, step);
  const palette = used.slice(0, 256).map(parts);
  const index = new Map(used.map((colour) => [colour, nearest(palette, colour)]));
  const out = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      out[y * (width + 1) + 1 + x] = index.get(bytes.readUIntBE((y * width + x) * step, 3));
    }
  }
  head[9] = 3;
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flat())),
    chunk("IDAT", deflateSync(out, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
