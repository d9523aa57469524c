import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { Button, IconButton } from "./button";
import { Calendar } from "./calendar";
import { Field } from "./field";
import { Input } from "./input";
import { Listbox } from "./listbox";
import { Menu } from "./menu";
import { colorFor } from "./palette";
import { Segmented } from "./segmented";
import { Select } from "./select";
import { Toasts } from "./toast";
import { toast } from "./toast-store";
import { Checkbox } from "./toggles";

const fruit = ["Apple", "Banana", "Cherry"].map((label) => ({ value: label.toLowerCase(), label }));

function Letters() {
  const [value, setValue] = useState("a");
  const segments = ["a", "b", "c"].map((one) => ({ value: one, label: one }));
  return <Segmented label="Letter" value={value} segments={segments} onChange={setValue} />;
}

describe("Button", () => {
  it("shows its count and rests while busy", () => {
    const onClick = vi.fn();
    const { rerender } = render(
      <Button active count={2} onClick={onClick}>
        {"Filter"}
      </Button>,
    );
    fireEvent.click(screen.getByRole("button", { name: "Filter 2" }));
    expect(onClick).toHaveBeenCalledTimes(1);
    rerender(
      <Button busy onClick={onClick}>
        {"Filter"}
      </Button>,
    );
    fireEvent.click(screen.getByRole("button"));
    expect(onClick).toHaveBeenCalledTimes(1);
  });

  it("has a name without text", () => {
    render(<IconButton label="Close" />);
    expect(screen.getByRole("button", { name: "Close" })).toBeTruthy();
  });
});

describe("Field", () => {
  it("names its control and tells what is wrong with it", () => {
    render(
      <Field label="Email" error="Not an address">
        <Input value="x" />
      </Field>,
    );
    const input = screen.getByLabelText("Email");
    expect(input.getAttribute("aria-invalid")).toBe("true");
    const note = document.getElementById(input.getAttribute("aria-describedby") ?? "");
    expect(note?.textContent).toBe("Not an address");
  });
});

describe("Listbox", () => {
  it("moves with arrows, jumps with letters and picks with Enter", () => {
    const onPick = vi.fn();
    render(<Listbox label="Fruit" options={fruit} selected={["apple"]} onPick={onPick} />);
    const list = screen.getByRole("listbox");
    fireEvent.keyDown(list, { key: "ArrowDown" });
    fireEvent.keyDown(list, { key: "Enter" });
    expect(onPick).toHaveBeenLastCalledWith("banana");
    fireEvent.keyDown(list, { key: "c" });
    fireEvent.keyDown(list, { key: "Enter" });
    expect(onPick).toHaveBeenLastCalledWith("cherry");
  });

  it("filters and offers to create what is not there", () => {
    const onCreate = vi.fn();
    render(
      <Listbox search label="Fruit" options={fruit} selected={[]} onPick={vi.fn()} onCreate={onCreate} />,
    );
    const input = screen.getByRole("combobox");
    fireEvent.change(input, { target: { value: "an" } });
    expect(screen.getAllByRole("option").map((one) => one.textContent)).toEqual(["Banana", "新建“an”"]);
    fireEvent.keyDown(input, { key: "ArrowUp" });
    fireEvent.keyDown(input, { key: "Enter" });
    expect(onCreate).toHaveBeenCalledWith("an");
  });

  it("lets an input method use Enter", () => {
    const onPick = vi.fn();
    render(<Listbox search label="Fruit" options={fruit} selected={[]} onPick={onPick} />);
    fireEvent.keyDown(screen.getByRole("combobox"), { key: "Enter", keyCode: 229 });
    expect(onPick).not.toHaveBeenCalled();
  });
});

describe("Select", () => {
  it("is named by its label and its value, and picks from the list", async () => {
    const onChange = vi.fn();
    render(
      <Field label="Fruit">
        <Select value="banana" options={fruit} onChange={onChange} />
      </Field>,
    );
    fireEvent.click(screen.getByRole("button", { name: "Fruit Banana" }));
    fireEvent.click(await screen.findByRole("option", { name: "Cherry" }));
    expect(onChange).toHaveBeenCalledWith("cherry");
  });
});

describe("Menu", () => {
  it("opens, shows what is in force and closes after a choice", async () => {
    const onSelect = vi.fn();
    render(
      <Menu
        trigger={<button type="button">{"More"}</button>}
        groups={[{ items: [{ id: "a", label: "Dark", checked: true, onSelect }] }]}
      />,
    );
    fireEvent.click(screen.getByRole("button", { name: "More" }));
    const item = await screen.findByRole("menuitemradio", { name: "Dark" });
    expect(item.getAttribute("aria-checked")).toBe("true");
    fireEvent.click(item);
    expect(onSelect).toHaveBeenCalledTimes(1);
  });
});

describe("Segmented", () => {
  it("moves with arrows and goes round", () => {
    render(<Letters />);
    fireEvent.keyDown(screen.getByRole("radio", { name: "a" }), { key: "ArrowLeft" });
    expect(screen.getByRole("radio", { checked: true }).textContent).toBe("c");
  });
});

describe("Checkbox", () => {
  it("tells the new state", () => {
    const onChange = vi.fn();
    render(
      <Checkbox checked={false} onChange={onChange}>
        {"Agree"}
      </Checkbox>,
    );
    fireEvent.click(screen.getByLabelText("Agree"));
    expect(onChange).toHaveBeenCalledWith(true);
  });
});

describe("Calendar", () => {
  it("starts weeks on Monday and walks with the keys", () => {
    const onPick = vi.fn();
    render(<Calendar value="2026-11-25" onPick={onPick} />);
    const head = screen.getAllByRole("columnheader")[0];
    expect(head?.getAttribute("abbr")).toBe("星期一");
    const day = () => screen.getByRole("grid");
    fireEvent.keyDown(day(), { key: "PageDown" });
    fireEvent.keyDown(day(), { key: "Home" });
    const focused = document.activeElement as HTMLElement;
    expect(focused.dataset.day).toBe("2026-12-21");
    fireEvent.click(focused);
    expect(onPick).toHaveBeenCalledWith("2026-12-21");
  });
});

describe("toast", () => {
  it("shows a message whose act undoes and closes it", async () => {
    const onAct = vi.fn();
    render(<Toasts />);
    toast({ text: "Deleted", action: { label: "Undo", onAct } });
    fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(onAct).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(screen.queryByText("Deleted")).toBeNull());
  });
});

describe("colorFor", () => {
  it("is the same for the same id and spreads over ids", () => {
    expect(colorFor("usr_1")).toBe(colorFor("usr_1"));
    expect(new Set(Array.from({ length: 64 }, (_, n) => colorFor(`usr_${n}`))).size).toBe(8);
  });
});
