import { afterEach, describe, expect, it, vi } from "vitest";
import { setLocale } from "@/lib/i18n";
import { zhCN } from "@/lib/i18n/zh-cn";
import { api, apiUrl, whenSignedOut } from "./client";
import { ApiError, errorText, fieldErrors } from "./problem";

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetcher = vi.fn<typeof fetch>(
    async () => new Response(body === undefined ? null : JSON.stringify(body), { status, headers }),
  );
  vi.stubGlobal("fetch", fetcher);
  return fetcher;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("requests", () => {
  it("carry the CSRF header and JSON when they change something", async () => {
    const fetcher = answer(201, { id: "app_1" });
    await expect(api.post("/apps", { name: "a" })).resolves.toEqual({ id: "app_1" });
    const [url, init] = fetcher.mock.calls[0] ?? [];
    expect(url).toBe("/api/v1/apps");
    const headers = new Headers(init?.headers);
    expect(headers.get("X-Tongban-CSRF")).toBe("1");
    expect(headers.get("Content-Type")).toBe("application/json");
    expect(headers.get("Accept-Language")).toBe("zh-CN");
    expect(init?.body).toBe('{"name":"a"}');
  });

  it("leave a form's type to the browser", async () => {
    const fetcher = answer(202, {});
    await api.post("/files", new FormData());
    expect(new Headers(fetcher.mock.calls[0]?.[1]?.headers).has("Content-Type")).toBe(false);
  });

  it("answer nothing for an empty body", async () => {
    answer(204, undefined);
    await expect(api.delete("/apps/app_1")).resolves.toBeUndefined();
  });

  it("leave out what is not asked", () => {
    expect(apiUrl("/x", { a: 1, b: undefined, c: "", d: "ä&b" })).toBe("/api/v1/x?a=1&d=%C3%A4%26b");
  });
});

describe("problems", () => {
  it("become an error that knows the field", async () => {
    answer(422, {
      status: 422,
      code: "invalid",
      detail: "two things",
      errors: [
        { field: "email", code: "user.email", detail: "not an address" },
        { field: "other", code: "x", detail: "something else" },
      ],
    });
    const error = await api.post("/auth/signup", {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(fieldErrors(error, ["email", "name"])).toEqual({ email: "not an address", "": "something else" });
  });

  it("end the session on 401, except where signing in is the question", async () => {
    const signedOut = vi.fn();
    whenSignedOut(signedOut);
    answer(401, { code: "auth.required", detail: "sign in" });
    await expect(api.get("/apps")).rejects.toMatchObject({ status: 401 });
    expect(signedOut).toHaveBeenCalledTimes(1);
    await expect(api.post("/auth/login", {}, { anonymous: true })).rejects.toMatchObject({
      code: "auth.required",
    });
    expect(signedOut).toHaveBeenCalledTimes(1);
  });

  it("say when to try again, and when nothing answers", async () => {
    setLocale("zh-CN", zhCN);
    answer(429, { code: "tooMany" }, { "Retry-After": "7" });
    const limited = await api.get("/apps").catch((thrown: unknown) => thrown);
    expect(errorText(limited)).toContain("7 秒");
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
    const offline = await api.get("/apps").catch((thrown: unknown) => thrown);
    expect(errorText(offline)).toBe(zhCN["error.network"]);
  });

  it("need no document", async () => {
    answer(502, undefined);
    await expect(api.get("/apps")).rejects.toMatchObject({ status: 502, code: "http.502" });
  });
});
