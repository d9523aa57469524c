/** Words for units of time, with their seconds (schema/field/units.txt). */
export const unitWords: ReadonlyMap<string, number> = new Map(
  [
    [86_400, "d day days \u5929 \u65e5"],
    [3600, "h hr hrs hour hours \u5c0f\u65f6 \u4e2a\u5c0f\u65f6 \u65f6 \u949f\u5934"],
    [60, "m min mins minute minutes \u5206 \u5206\u949f"],
    [1, "s sec secs second seconds \u79d2 \u79d2\u949f"],
  ].flatMap(([seconds, words]) =>
    String(words)
      .split(" ")
      .map((word) => [word, Number(seconds)] as const),
  ),
);
