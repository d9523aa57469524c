import { useSyncExternalStore } from "react";
import { type Locale, loadLocale, locale } from "./index";

const watchers = new Set<() => void>();
const watch = (listener: () => void) => {
  watchers.add(listener);
  return () => watchers.delete(listener);
};

/** The language in force; a component that calls it is drawn anew when it changes. */
export function useLocale(): Locale {
  return useSyncExternalStore(watch, locale);
}

/** Changes the language of the page and remembers it on this device. */
export async function changeLocale(next: Locale, timeZone?: string): Promise<void> {
  localStorage.setItem("tongban.locale", next);
  await loadLocale(next, timeZone);
  for (const listener of watchers) {
    listener();
  }
}
