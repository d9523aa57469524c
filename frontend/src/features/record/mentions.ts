/** Mentions in a comment: written as @name, stored as @[usr_…]. */
interface Person {
  readonly id: string;
  readonly name: string;
}

/** The mention that is being typed at a place of a text. */
export function mentionAt(text: string, caret: number): { start: number; query: string } | undefined {
  const match = /(?:^|[\s\p{P}])@([^\s@]{0,40})$/u.exec(text.slice(0, caret));
  return match === null ? undefined : { start: caret - (match[1] ?? "").length - 1, query: match[1] ?? "" };
}

/** The text with names of people replaced by their ids; the longest name wins. */
export function withIds(text: string, people: readonly Person[]): string {
  const byLength = [...people].filter((one) => one.name !== "").sort((a, b) => b.name.length - a.name.length);
  let out = "";
  for (let at = 0; at < text.length; ) {
    const found = text[at] === "@" ? byLength.find((one) => text.startsWith(one.name, at + 1)) : undefined;
    out += found === undefined ? text[at] : `@[${found.id}]`;
    at += found === undefined ? 1 : found.name.length + 1;
  }
  return out;
}
