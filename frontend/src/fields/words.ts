/** Words that people write in values, the same as the server knows (schema/value/words.txt). */
export const trueWords: ReadonlySet<string> = new Set(
  "true yes y on 1 x \u2713 \u2714 \u221a \u2611 \u662f \u5bf9 \u771f \u6709 \u5df2 \u5f00".split(" "),
);
export const falseWords: ReadonlySet<string> = new Set(
  "false no n off 0 \u2717 \u2718 \u00d7 \u2610 \u5426 \u4e0d \u9519 \u5047 \u65e0 \u672a \u5173".split(" "),
);
export const moneyWords = "\u5143 \u5706 \u5757 rmb cny usd eur gbp hkd jpy krw twd mop sgd".split(" ");
export const yearWord = "\u5e74";
export const monthWord = "\u6708";
export const dayWords = "\u65e5\u53f7";
export const morningWords = "am a.m. \u4e0a\u5348 \u51cc\u6668 \u65e9\u4e0a".split(" ");
export const afternoonWords = "pm p.m. \u4e0b\u5348 \u665a\u4e0a \u4e2d\u5348".split(" ");
