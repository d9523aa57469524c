import { type DragEvent, type KeyboardEvent, useState } from "react";
import { dropPlace } from "@/lib/moved";

const kind = "application/x-tongban-place";

interface Over {
  readonly index: number;
  readonly side: "above" | "below";
}

/** Rows that are put in order by dragging, or with Alt and the arrows. */
export function useDragOrder(enabled: boolean, onMove: (from: number, to: number) => void) {
  const [from, setFrom] = useState<number>();
  const [over, setOver] = useState<Over>();
  function end(): void {
    setFrom(undefined);
    setOver(undefined);
  }
  function row(index: number) {
    if (!enabled) {
      return {};
    }
    return {
      draggable: true,
      "data-drag": from === index ? "true" : undefined,
      "data-drop": from !== undefined && over?.index === index ? over.side : undefined,
      onDragStart(event: DragEvent) {
        event.dataTransfer.setData(kind, String(index));
        event.dataTransfer.effectAllowed = "move";
        setFrom(index);
      },
      onDragOver(event: DragEvent) {
        if (from === undefined) {
          return;
        }
        event.preventDefault();
        const box = event.currentTarget.getBoundingClientRect();
        const side = event.clientY > box.top + box.height / 2 ? "below" : "above";
        if (over?.index !== index || over.side !== side) {
          setOver({ index, side });
        }
      },
      onDrop(event: DragEvent) {
        event.preventDefault();
        if (from !== undefined && over) {
          onMove(from, dropPlace(from, over.index, over.side === "below"));
        }
        end();
      },
      onDragEnd: end,
      onKeyDown(event: KeyboardEvent) {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (event.altKey && step) {
          event.preventDefault();
          onMove(index, index + step);
        }
      },
    };
  }
  return row;
}
