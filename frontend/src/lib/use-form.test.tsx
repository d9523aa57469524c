import { act, renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { useForm } from "./use-form";

function setup(onSubmit: () => Promise<unknown>) {
  return renderHook(() =>
    useForm({
      initial: { name: "" },
      check: ({ name }) => ({ name: name ? undefined : "needed" }),
      onSubmit,
      explain: () => ({ name: "taken" }),
    }),
  );
}

it("does not send what is wrong, and checks again on each change after", async () => {
  const onSubmit = vi.fn(async () => undefined);
  const { result } = setup(onSubmit);
  await act(() => result.current.submit());
  expect(onSubmit).not.toHaveBeenCalled();
  expect(result.current.errors.name).toBe("needed");
  act(() => result.current.set("name", "a"));
  expect(result.current.errors.name).toBeUndefined();
  await act(() => result.current.submit());
  expect(onSubmit).toHaveBeenCalledWith({ name: "a" });
});

it("checks a field that was left a moment later, unless it is sent first", async () => {
  vi.useFakeTimers();
  const { result } = renderHook(() =>
    useForm({
      initial: { email: "x" },
      check: ({ email }) => ({ email: email.includes("@") ? undefined : "no address" }),
      onSubmit: async () => undefined,
      explain: () => ({}),
    }),
  );
  act(() => result.current.leave("email"));
  expect(result.current.errors.email).toBeUndefined();
  act(() => vi.advanceTimersByTime(250));
  expect(result.current.errors.email).toBe("no address");
  vi.useRealTimers();
});

it("keeps both of two values that are set in one event", () => {
  const { result } = renderHook(() =>
    useForm({ initial: { icon: "a", color: "b" }, onSubmit: async () => undefined, explain: () => ({}) }),
  );
  act(() => {
    result.current.set("icon", "rocket");
    result.current.set("color", "red");
  });
  expect(result.current.values).toEqual({ icon: "rocket", color: "red" });
});

it("shows what the server refused at its field", async () => {
  const { result } = setup(() => Promise.reject(new Error("no")));
  act(() => result.current.set("name", "a"));
  await act(() => result.current.submit());
  expect(result.current.errors.name).toBe("taken");
  expect(result.current.busy).toBe(false);
});
