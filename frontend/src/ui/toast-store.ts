/** Short messages at the bottom of the page; anybody may post one. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: "plain" | "good" | "bad";
  readonly action?: { readonly label: string; readonly onAct: () => void };
}

export type ToastInput = Omit<Toast, "id" | "kind"> & { readonly kind?: Toast["kind"]; readonly ms?: number };

let toasts: readonly Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function publish(next: readonly Toast[]): void {
  toasts = next;
  for (const watch of watchers) {
    watch();
  }
}

export function closeToast(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  publish(toasts.filter((one) => one.id !== id));
}

/** Shows a message for 5 s (bad news: 8 s), at most three at a time. Answers its id. */
export function toast({ kind = "plain", ms = kind === "bad" ? 8000 : 5000, ...rest }: ToastInput): number {
  last += 1;
  const id = last;
  publish([...toasts.slice(-2), { id, kind, ...rest }]);
  timers.set(
    id,
    setTimeout(() => closeToast(id), ms),
  );
  return id;
}

/** While somebody is at the messages they stay. */
export function holdToasts(): void {
  for (const timer of timers.values()) {
    clearTimeout(timer);
  }
}

export function releaseToasts(): void {
  for (const id of timers.keys()) {
    timers.set(
      id,
      setTimeout(() => closeToast(id), 3000),
    );
  }
}

export const toastStore = {
  watch(listener: () => void): () => void {
    watchers.add(listener);
    return () => watchers.delete(listener);
  },
  read: () => toasts,
};
