/** Hands a file over from the page where it was dropped to the page that reads it. */
let held: File | undefined;

export function holdFile(file: File): void {
  held = file;
}

/** Takes the held file, once. */
export function takeFile(): File | undefined {
  const file = held;
  held = undefined;
  return file;
}
