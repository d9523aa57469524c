import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useCountdown } from "./use-countdown";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("counts the seconds down and ends at nothing", () => {
  const { result } = renderHook(() => useCountdown());
  expect(result.current.left).toBe(0);
  act(() => result.current.start(3));
  expect(result.current.left).toBe(3);
  act(() => void vi.advanceTimersByTime(1200));
  expect(result.current.left).toBe(2);
  act(() => void vi.advanceTimersByTime(2500));
  expect(result.current.left).toBe(0);
});

it("starts over when told again", () => {
  const { result } = renderHook(() => useCountdown());
  act(() => result.current.start(1));
  act(() => void vi.advanceTimersByTime(500));
  act(() => result.current.start(10));
  act(() => void vi.advanceTimersByTime(1000));
  expect(result.current.left).toBe(9);
});
