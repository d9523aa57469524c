import { act, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { EditorListener, EditorSession } from "@/grid/edit-types";
import { PickCell } from "./pick-cell";

const options = ["潜在", "意向", "谈判"].map((label) => ({ value: label, label }));

function opened(typed: string) {
  const listeners: EditorListener[] = [];
  const session = {
    column: { key: "stage", title: "阶段" },
    text: () => typed,
    listen(listener: EditorListener) {
      listeners.push(listener);
      return () => listeners.splice(listeners.indexOf(listener), 1);
    },
  } as unknown as EditorSession;
  const press = (key: string) =>
    act(() => {
      for (const listener of [...listeners]) {
        listener.key?.(new KeyboardEvent("keydown", { key }));
      }
    });
  const type = (text: string) =>
    act(() => {
      for (const listener of [...listeners]) {
        listener.text?.(text, false);
      }
    });
  return { session, press, type };
}

it("takes the first match of what was typed before it stood there, not a new option", () => {
  const { session, press } = opened("谈");
  const onPick = vi.fn();
  const onCreate = vi.fn();
  render(
    <PickCell
      session={session}
      multiple={false}
      options={options}
      selected={["意向"]}
      onPick={onPick}
      onCreate={onCreate}
    />,
  );
  press("Enter");
  expect(onPick).toHaveBeenCalledWith("谈判");
  expect(onCreate).not.toHaveBeenCalled();
});

it("starts at the chosen option and offers to make one that is not there", () => {
  const { session, press, type } = opened("");
  const onPick = vi.fn();
  const onCreate = vi.fn();
  render(
    <PickCell
      session={session}
      multiple={false}
      options={options}
      selected={["意向"]}
      onPick={onPick}
      onCreate={onCreate}
    />,
  );
  press("ArrowDown");
  press("Enter");
  expect(onPick).toHaveBeenCalledWith("谈判");
  type("签约");
  expect(screen.getAllByRole("option")).toHaveLength(1);
  press("Enter");
  expect(onCreate).toHaveBeenCalledWith("签约");
});

it("takes what was typed with Tab too, and leaves the cell to the grid", () => {
  const { session, press } = opened("谈");
  const onPick = vi.fn();
  render(<PickCell session={session} multiple={false} options={options} selected={[]} onPick={onPick} />);
  press("Tab");
  expect(onPick).toHaveBeenCalledWith("谈判");
});

it("changes nothing with Tab when nothing was typed", () => {
  const { session, press } = opened("");
  const onPick = vi.fn();
  render(<PickCell session={session} multiple={false} options={options} selected={[]} onPick={onPick} />);
  press("Tab");
  expect(onPick).not.toHaveBeenCalled();
});
