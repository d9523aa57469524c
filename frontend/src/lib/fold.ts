/** The form in which two texts are compared by people: width and case apart. */
export function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** Whether every word of the query stands somewhere in the texts. */
export function matches(query: string, ...texts: readonly (string | undefined)[]): boolean {
  const all = fold(texts.filter(Boolean).join(" "));
  return fold(query)
    .split(/\s+/)
    .every((word) => all.includes(word));
}
