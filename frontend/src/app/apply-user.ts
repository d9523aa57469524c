import type { User } from "@/api/types";
import { type Locale, locale, locales } from "@/lib/i18n";
import { timeZone } from "@/lib/i18n/format";
import { changeLocale } from "@/lib/i18n/use-locale";
import { setTheme, storedTheme } from "@/lib/theme";

/** Puts the language, the time zone and the look that the user chose in force. */
export async function applyUser(user: User): Promise<void> {
  const wanted = locales.find((one) => one === user.locale) ?? locale();
  if (user.theme && user.theme !== storedTheme()) {
    setTheme(user.theme);
  }
  if (wanted !== locale() || user.timeZone !== timeZone()) {
    await changeLocale(wanted satisfies Locale, user.timeZone || undefined);
  }
}
