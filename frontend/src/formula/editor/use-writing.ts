/** The caret, the keys and the completions of the text area. */
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { Field } from "@/api/types";
import { type Completion, type Completions, completionsAt, toPoints, toUnits } from "./model";

const none: Completions = { from: 0, to: 0, items: [] };

interface Writing {
  /** In code points. */
  readonly caret: number;
  readonly found: Completions;
  readonly active: number;
  readonly pick: (item: Completion) => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  readonly onSelect: () => void;
  readonly onText: (area: HTMLTextAreaElement) => void;
  readonly close: () => void;
}

export function useWriting(
  area: RefObject<HTMLTextAreaElement | null>,
  value: string,
  fields: readonly Field[],
  change: (source: string) => void,
): Writing {
  const [caret, setCaret] = useState(0);
  const [found, setFound] = useState(none);
  const [active, setActive] = useState(0);
  const wanted = useRef<number | undefined>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the caret is put once the new text stands
  useEffect(() => {
    const at = wanted.current;
    if (at !== undefined && area.current) {
      wanted.current = undefined;
      area.current.setSelectionRange(at, at);
      setCaret(toPoints(value, at));
    }
  }, [value]);

  const suggest = (source: string, at: number, all = false) => {
    setFound(completionsAt(source, at, fields, all));
    setActive(0);
  };
  const pick = (item: Completion) => {
    const from = toUnits(value, found.from);
    const next = value.slice(0, from) + item.insert + value.slice(toUnits(value, found.to));
    wanted.current = from + item.insert.length - item.back;
    setFound(none);
    change(next);
    area.current?.focus();
  };
  const move = (by: number) => setActive((active + by + found.items.length) % found.items.length);
  const onListKey = (event: KeyboardEvent, chosen: Completion): boolean => {
    switch (event.key) {
      case "ArrowDown":
        move(1);
        return true;
      case "ArrowUp":
        move(-1);
        return true;
      case "Enter":
      case "Tab":
        pick(chosen);
        return true;
      case "Escape":
        setFound(none);
        return true;
      default:
        return false;
    }
  };
  return {
    caret,
    found,
    active,
    pick,
    close: () => setFound(none),
    onKeyDown: (event) => {
      // A composition's keys belong to the input method.
      if (event.nativeEvent.isComposing || event.keyCode === 229) {
        return;
      }
      const chosen = found.items[active];
      if (event.key === " " && event.ctrlKey) {
        event.preventDefault();
        suggest(value, caret, true);
      } else if (chosen && onListKey(event, chosen)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    onSelect: () => {
      const at = area.current?.selectionStart ?? 0;
      setCaret(toPoints(area.current?.value ?? "", at));
    },
    onText: (element) => {
      const at = toPoints(element.value, element.selectionStart);
      setCaret(at);
      suggest(element.value, at);
      change(element.value);
    },
  };
}
