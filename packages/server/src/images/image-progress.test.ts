import { expect, it } from "vitest";
import { createProgress, type ImageProgress } from "./image-progress.ts";

function watch() {
  const told: ImageProgress[] = [];
  return { progress: createProgress((one) => void told.push(one)), told };
}

it("counts stages as shares of what is left", () => {
  const { progress, told } = watch();
  const pull = progress.beginStage(0.5);
  pull("pulling", 0.5, { done: 5, of: 10 });
  pull("pulling", 1);
  progress.beginStage(0.5)("building", 0);
  progress.beginStage(1)("the rest", 1);
  expect(told).toEqual([
    { step: "pulling", done: 0.25, bytes: { done: 5, of: 10 } },
    { step: "pulling", done: 0.5 },
    { step: "building", done: 0.5 },
    { step: "the rest", done: 1 },
  ]);
});

it("begins a stage where the one before was given up", () => {
  const { progress, told } = watch();
  progress.beginStage(0.5)("pulling", 0);
  progress.beginStage(1)("building instead", 0.5);
  expect(told.map(({ done }) => done)).toEqual([0, 0.5]);
});

it("never goes back, whatever a stage says", () => {
  const { progress, told } = watch();
  const report = progress.beginStage(1);
  for (const part of [0.4, 0.1, -3, 7]) report("x", part);
  expect(told.map(({ done }) => done)).toEqual([0.4, 0.4, 0.4, 1]);
});
