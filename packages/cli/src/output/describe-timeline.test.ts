import type { TurnView } from "@cc-docker/client";
import { expect, it } from "vitest";
import { describeTimeline } from "./describe-timeline.ts";

const turn = {
  turnId: "t1",
  status: "completed",
  prompt: "say:\nhello",
  startedAtMs: 1000,
  endedAtMs: 5000,
  costUsd: 0.05,
  spans: [
    { kind: "starting", name: "", startMs: 1000, endMs: 2000 },
    { kind: "model", name: "", startMs: 2000, endMs: 3000 },
    { kind: "tool", name: "Bash\x1b[2J", startMs: 3000, endMs: 5000 },
    { kind: "tool", name: "Read", parentId: "a", startMs: 3000, endMs: 3001 },
    { kind: "waiting", name: "approval", startMs: 4000 },
  ],
  spansDropped: 0,
} as unknown as TurnView;

it("shows each stretch of a turn with when it was and how long", () => {
  expect(describeTimeline([turn], 5000).split("\n")).toEqual([
    "t1  completed  4.0 s  $0.0500",
    "> say: hello",
    "   AT   TOOK  WHAT                 WHEN",
    `0.0 s  1.0 s  starting             ${"█".repeat(10)}${"·".repeat(30)}`,
    `1.0 s  1.0 s  model                ${"·".repeat(10)}${"█".repeat(10)}${"·".repeat(20)}`,
    `2.0 s  2.0 s  Bash                 ${"·".repeat(20)}${"█".repeat(20)}`,
    `2.0 s  0.0 s  └ Read               ${"·".repeat(20)}█${"·".repeat(19)}`,
    `3.0 s  1.0 s  waiting: approval …  ${"·".repeat(30)}${"█".repeat(10)}`,
    "",
  ]);
});

it("says what is not kept, what failed, and that there was nothing", () => {
  const { endedAtMs: _end, ...open } = turn;
  const failed = { ...open, spans: [], spansDropped: 3, error: { code: "AGENT_EXITED" } } as unknown as TurnView;
  expect(describeTimeline([failed], 3000)).toBe(
    "t1  completed  2.0 s  $0.0500  AGENT_EXITED\n> say: hello\n(3 earlier stretches of time are not kept)\n",
  );
  expect(describeTimeline([], 0)).toBe("No turns.\n");
});
