/** Light, dark, or as the system says. */
export type Theme = "light" | "dark" | "system";
export const themes: readonly Theme[] = ["light", "dark", "system"];

const key = "tongban.theme";
const dark = () => window.matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();

export function storedTheme(): Theme {
  const value = localStorage.getItem(key);
  return value === "light" || value === "dark" ? value : "system";
}

function show(): void {
  const theme = storedTheme();
  const isDark = theme === "dark" || (theme === "system" && dark().matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  document
    .querySelector('meta[name="theme-color"]')
    ?.setAttribute("content", getComputedStyle(document.documentElement).getPropertyValue("--bg-app").trim());
  for (const watch of watchers) {
    watch();
  }
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  show();
}

/** Called when light turns dark or back; the canvas grid redraws on it. */
export function onTheme(watch: () => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}

export function startTheme(): void {
  show();
  dark().addEventListener("change", show);
}
