/** Addresses and numbers of people, checked as the server checks them. */

const badLabel = /[!"#$%&'()*+,/:;<=>?@[\\\]^_`{|}~\s]/u;
const control = /[\s\p{Cc}\u3000\u2000-\u200f\ufeff]/u;

function isDomain(text: string): boolean {
  const labels = text.split(".");
  return (
    labels.length > 1 &&
    text.length <= 253 &&
    labels.every((one) => one !== "" && one.length <= 63 && !one.startsWith("-") && !one.endsWith("-")) &&
    !labels.some((one) => badLabel.test(one) || control.test(one)) &&
    !/^\d+$/u.test(labels.at(-1) ?? "")
  );
}

export function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  return (
    at > 0 &&
    at <= 64 &&
    !/[@()<>[\],;:\\"\s]|^\.|\.$|\.\./u.test(local) &&
    !control.test(local) &&
    isDomain(text.slice(at + 1))
  );
}

export function isWebAddress(text: string): boolean {
  if (control.test(text)) {
    return false;
  }
  const scheme = /^([a-z][a-z0-9+.-]*):(.*)$/iu.exec(text);
  const name = scheme?.[1]?.toLowerCase() ?? "";
  const rest = scheme?.[2] ?? "";
  if (name === "mailto" || name === "tel") {
    return rest !== "";
  }
  const full = scheme !== null && rest.startsWith("//") ? text : `https://${text}`;
  if (!URL.canParse(full)) {
    return false;
  }
  const url = new URL(full);
  const host = /^[a-z]+:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/iu.exec(full)?.[1] ?? "";
  return (
    ["http:", "https:", "ftp:"].includes(url.protocol) &&
    (isDomain(host) || host === "localhost" || host.split(".").length === 4 || host.includes(":"))
  );
}

const mobile = /^1(3\d|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}$/u;

function chineseNumber(digits: string): string | undefined {
  const local = digits.replace(/^(\+?86)(?=1\d{10}$)/u, "");
  return mobile.test(local) ? `+86${local}` : undefined;
}

/**
 * The number as it is kept: a mobile of the region as E.164, others as typed; undefined for
 * what cannot be one. The server knows the number plans of the world and has the last word.
 */
export function phoneNumber(text: string, region: string): string | undefined {
  const narrow = text.normalize("NFKC");
  if (/[^+\d\s\-().#*/a-z,;:]/iu.test(narrow)) {
    return undefined;
  }
  const digits = narrow.replaceAll(/[^\d+]/gu, "").replace(/^00/u, "+");
  const local = region === "CN" && /^(86)?1\d{9,}$/u.test(digits) && !narrow.startsWith("(");
  if (local || /^\+861/u.test(digits)) {
    return chineseNumber(digits);
  }
  if (digits.startsWith("+")) {
    return digits.length >= 8 && digits.length <= 16 ? digits : undefined;
  }
  if (region === "US" && digits.length === 10) {
    return `+1${digits}`;
  }
  return digits.length >= 7 && digits.length <= 18 ? text : undefined;
}
