import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { loadArea, loadLocale } from "@/lib/i18n";
import type { Explanation } from "./explanation";
import { paceOf } from "./explanation";
import { WhySlow } from "./why-slow";

const slow: Explanation = {
  summary: "随数据增多会变慢：有条件或排序没有索引。",
  indexed: false,
  steps: [
    { kind: "filter", how: "index", text: "“状态”的筛选由索引回答。" },
    { kind: "sort", how: "scan", text: "“金额”没有索引：符合的记录都要先排序。" },
    { kind: "rows", text: "最多要看约 40 条记录。" },
    { kind: "next", text: "如果多次很慢，“金额”会自动得到索引。" },
  ],
  plan: ["SCAN r1"],
};

const fetched = vi.fn<(url: string, init?: RequestInit) => Promise<Response>>();
const answer = (body: unknown, status = 200) =>
  Promise.resolve(
    new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }),
  );

function show(changed: Parameters<typeof WhySlow>[0]["changed"] = undefined, onClose = vi.fn()) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <WhySlow view={{ id: "viw_1", name: "大客户" }} changed={changed} onClose={onClose} />
    </QueryClientProvider>,
  );
  return onClose;
}

beforeAll(async () => {
  await loadLocale("zh-CN");
  await loadArea("why");
});
beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("why a view is slow", () => {
  it("lists the steps in words, what to do next and the database's own words", async () => {
    fetched.mockReturnValue(answer(slow));
    const onClose = show();
    expect(await screen.findByText(slow.summary)).toBeTruthy();
    expect(fetched.mock.calls[0]?.[0]).toContain("/api/v1/views/viw_1/explain");
    const steps = screen.getByRole("list", { name: "步骤" });
    expect(steps.querySelectorAll("li").length).toBe(3);
    expect(steps.textContent).toContain("“金额”没有索引");
    expect(screen.getByRole("list", { name: "接下来" }).textContent).toContain("自动得到索引");
    expect(screen.getAllByRole("img", { name: "走不了索引" }).length).toBe(1);
    expect(screen.getByText("SCAN r1")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "关闭" }));
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it("asks for the list as it stands where the view has unsaved changes", async () => {
    fetched.mockReturnValue(answer({ ...slow, plan: undefined }));
    show({
      entity: "ent_1",
      filter: { field: "fld_1", op: "eq", value: 3 },
      search: "星河",
      group: [{ field: "fld_2", dir: "asc" }],
      sort: [{ field: "fld_3", dir: "desc" }],
    });
    expect(await screen.findByText(slow.summary)).toBeTruthy();
    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(url).toContain("/api/v1/entities/ent_1/records/explain");
    expect(JSON.parse(String(init?.body))).toEqual({
      filter: { field: "fld_1", op: "eq", value: 3 },
      search: "星河",
      sort: [
        { field: "fld_2", dir: "asc" },
        { field: "fld_3", dir: "desc" },
      ],
    });
    expect(screen.queryByText("数据库的原话")).toBeNull();
    expect(screen.getByText(/连同尚未保存的修改/)).toBeTruthy();
  });

  it("says what went wrong and tries again", async () => {
    fetched.mockReturnValueOnce(
      answer({ status: 503, code: "query.waiting", detail: "查询太多，请稍后再试。" }, 503),
    );
    show();
    expect((await screen.findByRole("alert")).textContent).toContain("查询太多");
    fetched.mockReturnValue(answer(slow));
    fireEvent.click(screen.getByRole("button", { name: "重试" }));
    expect(await screen.findByText(slow.summary)).toBeTruthy();
  });

  it("knows which ways are quick", () => {
    expect(
      ["index", "search", "links", "ids"].map((how) => paceOf({ kind: "filter", how, text: "" })),
    ).toEqual(Array(4).fill("fast"));
    expect(["scan", "never", "building"].map((how) => paceOf({ kind: "sort", how, text: "" }))).toEqual(
      Array(3).fill("slow"),
    );
    expect(paceOf({ kind: "rows", text: "" })).toBeUndefined();
  });
});
