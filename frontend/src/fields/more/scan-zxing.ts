/** The reader of codes for browsers that have none of their own. */
import {
  BarcodeFormat,
  BinaryBitmap,
  DecodeHintType,
  HybridBinarizer,
  MultiFormatReader,
  RGBLuminanceSource,
} from "@zxing/library";
import type { Picture, Reader } from "./scan-read";

const formats = [
  BarcodeFormat.QR_CODE,
  BarcodeFormat.CODE_128,
  BarcodeFormat.EAN_13,
  BarcodeFormat.EAN_8,
  BarcodeFormat.UPC_A,
  BarcodeFormat.UPC_E,
  BarcodeFormat.CODE_39,
  BarcodeFormat.CODE_93,
  BarcodeFormat.ITF,
  BarcodeFormat.DATA_MATRIX,
];

/** How a picture is looked at: its longer side in pixels, and turned or not. */
const looks = [
  { side: 800, turned: false },
  { side: 800, turned: true },
  { side: 1600, turned: false },
  { side: 400, turned: false },
] as const;

const sizeOf = (picture: Picture) =>
  picture instanceof HTMLVideoElement
    ? { width: picture.videoWidth, height: picture.videoHeight }
    : { width: picture.width, height: picture.height };

interface Grey {
  readonly pixels: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** The picture in shades of grey, on white where it is clear. */
function grey(picture: Picture, side: number, turned: boolean): Grey | undefined {
  const { width, height } = sizeOf(picture);
  const scale = Math.min(1, side / Math.max(width, height));
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  const canvas = document.createElement("canvas");
  canvas.width = turned ? h : w;
  canvas.height = turned ? w : h;
  const g = canvas.getContext("2d", { willReadFrequently: true });
  if (g === null || w === 0 || h === 0) {
    return undefined;
  }
  g.fillStyle = "white";
  g.fillRect(0, 0, canvas.width, canvas.height);
  if (turned) {
    g.translate(h, 0);
    g.rotate(Math.PI / 2);
  }
  g.drawImage(picture, 0, 0, w, h);
  const { data } = g.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = new Uint8ClampedArray(data.length / 4);
  for (let i = 0; i < pixels.length; i++) {
    const at = i * 4;
    pixels[i] = ((data[at] ?? 0) * 2 + (data[at + 1] ?? 0) * 5 + (data[at + 2] ?? 0)) >> 3;
  }
  return { pixels, width: canvas.width, height: canvas.height };
}

export function zxingReader(): Reader {
  const reader = new MultiFormatReader();
  const hints = new Map<DecodeHintType, unknown>([
    [DecodeHintType.POSSIBLE_FORMATS, formats],
    [DecodeHintType.TRY_HARDER, true],
  ]);
  reader.setHints(hints);
  function look(shades: Grey): string | undefined {
    const source = new RGBLuminanceSource(shades.pixels, shades.width, shades.height);
    try {
      return reader.decodeWithState(new BinaryBitmap(new HybridBinarizer(source))).getText();
    } catch {
      return undefined; // it throws where it finds nothing
    } finally {
      reader.reset();
    }
  }
  let frame = 0;
  return async (picture) => {
    // A frame is soon followed by another: each is looked at in one way.
    const video = picture instanceof HTMLVideoElement;
    const ways = video ? looks.slice(frame % 2, (frame % 2) + 1) : looks;
    frame++;
    for (const { side, turned } of ways) {
      const shades = grey(picture, side, turned);
      const text = shades && look(shades);
      if (text !== undefined) {
        return text;
      }
    }
    return undefined;
  };
}
