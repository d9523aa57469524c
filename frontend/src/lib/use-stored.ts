import { useCallback, useSyncExternalStore } from "react";

const watchers = new Set<() => void>();

/** A small value kept on this device, the same in all places that read it. */
export function useStored(key: string, initial: string): [string, (value: string) => void] {
  const name = `tongban.${key}`;
  const value = useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      window.addEventListener("storage", changed);
      return () => {
        watchers.delete(changed);
        window.removeEventListener("storage", changed);
      };
    },
    () => localStorage.getItem(name) ?? initial,
  );
  const set = useCallback(
    (next: string) => {
      localStorage.setItem(name, next);
      for (const watch of watchers) {
        watch();
      }
    },
    [name],
  );
  return [value, set];
}
