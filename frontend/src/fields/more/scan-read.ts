/** Reading a code in a picture: by the browser where it can, else by code that comes for it. */

/** What stands in a picture; undefined where nothing is found. */
export type Reader = (picture: Picture) => Promise<string | undefined>;

export type Picture = HTMLVideoElement | ImageBitmap;

interface Detector {
  detect(picture: Picture): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { readonly formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** Without these the browser's own reader is not taken. */
const needed = ["qr_code", "code_128", "ean_13"];
const wanted = [...needed, "ean_8", "upc_a", "upc_e", "code_39", "code_93", "itf", "data_matrix"];

async function browserReader(): Promise<Reader | undefined> {
  const { BarcodeDetector } = window as { BarcodeDetector?: DetectorClass };
  if (BarcodeDetector === undefined) {
    return undefined;
  }
  const able = await BarcodeDetector.getSupportedFormats().catch((): readonly string[] => []);
  if (!needed.every((format) => able.includes(format))) {
    return undefined;
  }
  const detector = new BarcodeDetector({ formats: wanted.filter((format) => able.includes(format)) });
  return async (picture) => (await detector.detect(picture))[0]?.rawValue;
}

export async function openReader(): Promise<Reader> {
  return (await browserReader()) ?? (await import("./scan-zxing")).zxingReader();
}
