/** How hard a password is to guess, 1 to 4; 0 while it is too short to be taken. */
export function strength(password: string): 0 | 1 | 2 | 3 | 4 {
  const length = [...password].length;
  if (length < 8) {
    return 0;
  }
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u, /\p{Lo}/u].filter((kind) =>
    kind.test(password),
  ).length;
  const different = new Set(password).size;
  if (different < 5) {
    return 1;
  }
  const points = (length >= 10 ? 1 : 0) + (length >= 14 ? 1 : 0) + Math.min(kinds, 3) - 1;
  return Math.max(1, Math.min(4, points + 1)) as 1 | 2 | 3 | 4;
}
