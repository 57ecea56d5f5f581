import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createFrames } from "./frames.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch(frameMs: number) {
  const frames = createFrames(frameMs);
  const listener = vi.fn<() => void>();
  frames.subscribe(listener);
  return { frames, listener };
}

it("draws once a frame, however much has changed", () => {
  const { frames, listener } = watch(30);
  for (let change = 0; change < 100; change += 1) frames.soon();
  expect(listener).not.toHaveBeenCalled();
  vi.advanceTimersByTime(30);
  expect(listener).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1000);
  expect(listener).toHaveBeenCalledTimes(1);
});

it("draws at once what a person waits for, and what waited with it", () => {
  const { frames, listener } = watch(30);
  frames.soon();
  frames.now();
  expect(listener).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(30);
  expect(listener).toHaveBeenCalledTimes(1);
});

it("draws nothing once it is closed", () => {
  const { frames, listener } = watch(30);
  frames.soon();
  frames.close();
  vi.advanceTimersByTime(30);
  frames.now();
  expect(listener).not.toHaveBeenCalled();
});
