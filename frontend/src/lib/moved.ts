/** The list with one item taken out and put in before what stands at `to` without it. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from];
  if (item === undefined) {
    return list;
  }
  const rest = list.filter((_one, index) => index !== from);
  const at = Math.max(0, Math.min(rest.length, to));
  return [...rest.slice(0, at), item, ...rest.slice(at)];
}

/** Where an item lands that is dropped on the upper or lower half of another. */
export function dropPlace(from: number, over: number, below: boolean): number {
  const gap = below ? over + 1 : over;
  return gap > from ? gap - 1 : gap;
}
