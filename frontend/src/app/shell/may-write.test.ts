import { expect, it } from "vitest";
import type { Me } from "@/api/types";
import { mayWrite } from "./may-write";

const me = (keys: readonly (string | undefined)[], write = true) =>
  ({
    roles: keys.map((key) => ({ id: "rol_1", name: "", ...(key && { key }) })),
    can: { write, admin: false, design: false },
  }) as unknown as Me;

it("is nobody who only views", () => {
  expect(mayWrite(me(["viewer"]))).toBe(false);
  expect(mayWrite(me(["member"], false))).toBe(false);
  expect(mayWrite(undefined)).toBe(false);
});

it("is a member, and may be who has a role of the company's own", () => {
  expect(mayWrite(me(["viewer", "member"]))).toBe(true);
  expect(mayWrite(me([undefined]))).toBe(true);
});
