import { fold } from "@/lib/fold";

/** A name's letters and digits, so that "E-Mail " is "email". */
export function bare(name: string): string {
  return fold(name).replace(/[^\p{L}\p{N}]/gu, "");
}

function grams(text: string): ReadonlySet<string> {
  const letters = [...text];
  if (letters.length < 2) {
    return new Set(letters);
  }
  return new Set(letters.slice(1).map((letter, index) => `${letters[index] ?? ""}${letter}`));
}

/** How much two names resemble each other, from 0 to 1. */
export function likeness(one: string, other: string): number {
  const [a, b] = [bare(one), bare(other)];
  if (!a || !b) {
    return 0;
  }
  if (a === b) {
    return 1;
  }
  if (a.includes(b) || b.includes(a)) {
    const [short, long] = [Math.min(a.length, b.length), Math.max(a.length, b.length)];
    return 0.4 + (0.5 * short) / long;
  }
  const [left, right] = [grams(a), grams(b)];
  const common = [...left].filter((gram) => right.has(gram)).length;
  return (1.6 * common) / (left.size + right.size);
}
