import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Field } from "@/api/types";
import { setLocale } from "@/lib/i18n";
import { en } from "@/lib/i18n/en";
import { FormulaEditor } from "./formula-editor";
import { callAt, completionsAt, piecesOf } from "./model";
import type { FormulaState } from "./props";

const field = (key: string, name: string, type: string): Field => ({
  id: `fld_${key}`,
  key,
  name,
  type,
  required: false,
  unique: false,
  options: {},
  right: "write",
});

const fields = [field("amount", "金额", "number"), field("name", "客户名称", "text")];
let state: FormulaState = {};
let source = "";

function Page({ start = "" }: { readonly start?: string }) {
  const [value, setValue] = useState(start);
  return (
    <QueryClientProvider client={new QueryClient()}>
      <FormulaEditor
        value={value}
        fields={fields}
        expected="number"
        records={[{ id: "rec_1", fields: { amount: 12, name: "张三" } }]}
        onChange={(next, found) => {
          setValue(next);
          source = next;
          state = found;
        }}
      />
    </QueryClientProvider>
  );
}

const area = () => screen.getByRole<HTMLTextAreaElement>("combobox");

function type(text: string, caret = text.length) {
  fireEvent.change(area(), { target: { value: text, selectionStart: caret, selectionEnd: caret } });
}

beforeAll(() => setLocale("en", en));
afterEach(cleanup);

describe("the formula editor", () => {
  it("writes a formula by completions alone", () => {
    render(<Page />);
    type("su");
    expect(screen.getAllByRole("option")[0]?.textContent).toContain("SUM");
    fireEvent.keyDown(area(), { key: "Enter" });
    expect(source).toBe("SUM()");
    type("SUM({金", 6);
    fireEvent.keyDown(area(), { key: "Tab" });
    expect(source).toBe("SUM({金额}");
    type("SUM({金额})");
    expect(state.kind).toBe("number");
    expect(screen.getByText("12")).toBeTruthy();
  });

  it("leaves the keys of a composition to the input method", () => {
    render(<Page />);
    type("su");
    fireEvent.keyDown(area(), { key: "Enter", isComposing: true, keyCode: 229 });
    expect(source).toBe("su");
    expect(screen.getAllByRole("option").length).toBeGreaterThan(0);
  });

  it("says what is wrong in the reader's language, and marks where", () => {
    render(<Page start="1+{金}" />);
    expect(screen.getByRole("status").textContent).toContain("There is no field “金”");
    expect(document.querySelector(".bad")?.textContent).toBe("{金}");
    expect(area().getAttribute("aria-invalid")).toBe("true");
  });

  it("warns where another kind is wanted, and takes full-width punctuation", () => {
    render(<Page start="LEFT（{客户名称}，1）" />);
    expect(screen.getByRole("status").textContent).toContain("A number is wanted here");
    expect(screen.getByText("张")).toBeTruthy();
  });

  it("explains a result step by step", () => {
    render(<Page start="IF({金额}>10,{金额}*2,{金额}/0)" />);
    fireEvent.click(screen.getByTitle("Explain step by step"));
    expect(screen.getByText("{金额}*2")).toBeTruthy();
    expect(screen.getAllByText("not evaluated").length).toBeGreaterThan(0);
  });
});

describe("what the editor knows of a source", () => {
  it("finds functions by the words of their description", () => {
    const found = completionsAt("大写", 2, fields).items.map((item) => item.label);
    expect(found).toContain("RMBUPPER");
  });

  it("counts in code points, so emoji shift nothing", () => {
    const pieces = piecesOf('"😀"&x', 6, { pos: 4, end: 5 });
    expect(pieces.filter((piece) => piece.bad).map((piece) => piece.text)).toEqual(["x"]);
    expect(callAt("IF(1,MID(2,", 11)).toMatchObject({ fn: { name: "MID" }, arg: 1 });
    expect(callAt("IF(1,MID(2)", 11)).toMatchObject({ fn: { name: "IF" }, arg: 1 });
  });
});
