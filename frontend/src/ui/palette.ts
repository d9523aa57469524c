/** The 12 colours of options, apps and people; the values are in palette.css. */
export const colors = [
  "blue",
  "indigo",
  "violet",
  "pink",
  "red",
  "orange",
  "amber",
  "lime",
  "green",
  "teal",
  "cyan",
  "gray",
] as const;

export type Color = (typeof colors)[number];

export function isColor(name: string | undefined): name is Color {
  return colors.includes(name as Color);
}

/** A name from outside as one of the 12. */
export function colorOf(name: string | undefined, fallback: Color = "gray"): Color {
  return isColor(name) ? name : fallback;
}

/** The same colour for the same id, on every screen. Light hues are left out: initials on them are white. */
export function colorFor(id: string): Color {
  const strong = ["teal", "orange", "violet", "indigo", "pink", "blue", "green", "red"] as const;
  let hash = 2166136261;
  for (const char of id) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619);
  }
  return strong[(hash >>> 0) % strong.length] ?? "blue";
}
