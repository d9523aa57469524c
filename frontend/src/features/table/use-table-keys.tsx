import { Suspense, useEffect, useRef, useState } from "react";
import { KeyList } from "./lazy";
import { runUndo, type Table } from "./use-table";

interface Acts {
  readonly onView: (id: string) => void;
  readonly onFind: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input,textarea,select,[contenteditable=true]") !== null
  );
}

/** Keys of the whole page; the grid has its own. */
export function useTableKeys(table: Table, acts: Acts) {
  const [shown, setShown] = useState(false);
  function handleKey(event: KeyboardEvent): void {
    if (event.isComposing || event.defaultPrevented) {
      return;
    }
    const control = event.ctrlKey || event.metaKey;
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
    if (event.altKey && digit !== undefined) {
      const view = table.entity.views[Number(digit) - 1];
      if (view) {
        event.preventDefault();
        acts.onView(view.id);
      }
    } else if (control && event.key.toLowerCase() === "f") {
      event.preventDefault();
      acts.onFind();
    } else if (!isTyping(event.target)) {
      plain(event, control);
    }
  }
  function plain(event: KeyboardEvent, control: boolean): void {
    const act: Record<string, () => void> = {
      "/": acts.onFind,
      "?": () => setShown(true),
    };
    const key = event.key.toLowerCase();
    if (control && key === "z") {
      event.preventDefault();
      void runUndo(table.session, event.shiftKey);
    } else if (!control && !event.altKey && act[event.key]) {
      event.preventDefault();
      act[event.key]?.();
    }
  }
  const latest = useRef(handleKey);
  latest.current = handleKey;
  // Keys arrive at the window.
  useEffect(() => {
    const listener = (event: KeyboardEvent) => latest.current(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
  return {
    show: () => setShown(true),
    list: shown ? (
      <Suspense>
        <KeyList onClose={() => setShown(false)} />
      </Suspense>
    ) : null,
  };
}
