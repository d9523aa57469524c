import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Entity, Field } from "@/api/types";
import { FakeServer, settled } from "@/data/fake-server";
import { live } from "@/data/live";
import { TableSession } from "@/data/table-session";
import { useEntry } from "@/data/use-session";
import { loadArea, loadLocale } from "@/lib/i18n";
import { RecordBody } from "./record-body";

const field = (key: string, type: string, more: Partial<Field> = {}): Field => ({
  id: `fld_${key}`,
  key,
  name: key,
  type,
  required: false,
  unique: false,
  options: {},
  right: "write",
  ...more,
});

const can = {
  read: true,
  create: true,
  write: true,
  delete: true,
  export: true,
  comment: true,
  design: false,
};

const entity: Entity = {
  id: "ent_1",
  name: "Deals",
  app: "app_1",
  key: "deals",
  order: 0,
  version: 1,
  title: "fld_name",
  views: [],
  can,
  fields: [
    field("name", "text"),
    field("stage", "text"),
    field("amount", "number", { readOnly: { formula: '{stage}="won"' } }),
    field("reason", "text", { required: { formula: '{stage}="lost"' } }),
    field("secret", "number", { right: "masked" }),
    field("double", "formula", { options: { formula: "{amount}*2", result: "number" } }),
  ],
  rules: [
    { formula: "{amount}>=0", message: { "zh-CN": "不能为负" }, field: "fld_amount" },
    { formula: '{stage}<>"none"', message: { "zh-CN": "要有阶段" } },
    { formula: "{secret}>5", message: { "zh-CN": "看不见的" } },
    { formula: "{double}<100", message: { "zh-CN": "算出来的" }, field: "double" },
  ],
};

function Body({ session, id }: { readonly session: TableSession; readonly id: string }) {
  const entry = useEntry(session, id);
  const nothing = () => undefined;
  return (
    entry && (
      <RecordBody
        session={session}
        entity={entity}
        id={id}
        index={0}
        count={1}
        entry={entry}
        full={false}
        onMove={nothing}
        onClose={nothing}
        onOpen={nothing}
      />
    )
  );
}

async function shown(fields: Record<string, unknown>) {
  const server = new FakeServer(0);
  const record = server.make(fields);
  const { id } = record;
  const session = new TableSession("ent_1", "usr_me");
  await session.show({}, new Set(), []);
  session.rows.take([record]);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Body session={session} id={id} />
    </QueryClientProvider>,
  );
  return { server, session, id };
}

const place = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name: `编辑${name}` });
const alerts = () => screen.queryAllByRole("alert").map((one) => one.textContent);
const isRequired = (name: string) =>
  [...document.querySelectorAll("label")].some((label) => label.textContent === `${name}*`);

function type(name: string, text: string): HTMLElement {
  fireEvent.click(place(name));
  const box = screen.getByRole("textbox", { name });
  fireEvent.change(box, { target: { value: text } });
  return box;
}

beforeAll(async () => {
  await loadLocale("zh-CN");
  await loadArea("record");
});
beforeEach(() => {
  vi.spyOn(live, "join").mockImplementation(() => () => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the rules of a record in its panel", () => {
  it("ask for a value while its condition is being typed, and no longer when that is given up", async () => {
    const { server } = await shown({ name: "a", stage: "open", amount: 1, double: 2 });
    await settled();
    expect(isRequired("reason")).toBe(false);
    const box = type("stage", "lost");
    await waitFor(() => expect(isRequired("reason")).toBe(true));
    fireEvent.keyDown(box, { key: "Escape" });
    await waitFor(() => expect(isRequired("reason")).toBe(false));
    expect(server.count("PATCH", "/records")).toBe(0);
  });

  it("are told at their field, or above the fields, before anything is saved", async () => {
    const { server } = await shown({ name: "a", stage: "open", amount: 1, double: 2 });
    type("amount", "-3");
    await waitFor(() => expect(alerts()).toEqual(["不能为负"]));
    const row = screen.getByRole("textbox", { name: "amount" }).closest("label,div:has(> label)");
    expect(row?.textContent).toContain("不能为负");
    fireEvent.keyDown(screen.getByRole("textbox", { name: "amount" }), { key: "Escape" });
    await waitFor(() => expect(alerts()).toEqual([]));
    type("stage", "none");
    await waitFor(() => expect(alerts()).toEqual(["要有阶段"]));
    expect(server.count("PATCH", "/records")).toBe(0);
  });

  it("lock a field once the value that locks it is saved", async () => {
    await shown({ name: "a", stage: "open", amount: 1, double: 2 });
    expect(place("amount").disabled).toBe(false);
    const box = type("stage", "won");
    await settled();
    expect(place("amount").disabled).toBe(false);
    await act(async () => {
      fireEvent.keyDown(box, { key: "Enter" });
      await settled();
    });
    await waitFor(() => expect(place("amount").disabled).toBe(true));
    expect(screen.getByLabelText("现在不能修改")).toBeTruthy();
  });

  it("leave what hangs on hidden values, or on computed ones while others change, to the server", async () => {
    await shown({ name: "a", stage: "open", amount: 1, double: 200 });
    await waitFor(() => expect(alerts()).toEqual(["算出来的"]));
    type("amount", "2");
    await waitFor(() => expect(alerts()).toEqual([]));
  });

  it("say what a new record still needs", async () => {
    const { session } = await shown({ name: "a" });
    session.creator.required = ["name"];
    const { id } = session.add({ stage: "lost" });
    render(
      <QueryClientProvider client={new QueryClient()}>
        <Body session={session} id={id} />
      </QueryClientProvider>,
    );
    await waitFor(() => expect(screen.getByRole("status").textContent).toContain("name, reason"));
  });
});
