import type { TurnSpan, TurnView } from "@cc-docker/client";
import { describe, expect, it } from "vitest";
import { createRandom, expectHarmless, hostileText, shown } from "../lines.test-helper.ts";
import { activityLine } from "./activity.ts";
import { sparkline } from "./sparkline.ts";
import { layoutTimeline } from "./timeline.ts";

const usage = { inputTokens: 1, outputTokens: 20, cacheReadTokens: 0, cacheCreationTokens: 0 };

function turn(spans: TurnSpan[], changes: Partial<TurnView> = {}): TurnView {
  const times = { startedAtMs: 0, endedAtMs: 10_000 };
  return {
    ...times,
    turnId: "t" as never,
    status: "completed",
    prompt: "do it",
    usage,
    costUsd: 0.5,
    spans,
    spansDropped: 0,
    ...changes,
  };
}

describe("a sparkline", () => {
  it.each<[number[], number, string]>([
    [[0, 1, 2, 4, 8], 10, " ▁▂▄█"],
    [[1, 2, 3], 2, "▆█"],
    [[], 5, ""],
    [[5], 0, ""],
    [[0, 0], 5, "  "],
    [[Number.NaN, Number.POSITIVE_INFINITY, -1], 5, "   "],
  ])("of %j in %i columns", (amounts, width, line) => {
    expect(sparkline(amounts, width)).toBe(line);
  });

  it("of a session ends now, with a gap where nothing happened", () => {
    const samples = [
      { startMs: 5000, events: 1, chars: 99 },
      { startMs: 15_000, events: 10, chars: 40 },
    ];
    expect(activityLine(samples, { width: 5, nowMs: 24_000, activityMs: 5000 })).toBe(" █ ▄ ");
  });
});

describe("a timeline", () => {
  it("has a row for the model, for each tool and each wait, to scale", () => {
    const spans: TurnSpan[] = [
      { kind: "model", name: "", startMs: 0, endMs: 4000 },
      { kind: "tool", name: "Bash", startMs: 4000, endMs: 5000 },
      { kind: "waiting", name: "approval", startMs: 5000, endMs: 8000 },
      { kind: "tool", name: "Bash", startMs: 8000, endMs: 8001 },
      { kind: "model", name: "", startMs: 8000, endMs: 10_000 },
    ];
    expect(shown(layoutTimeline(turn(spans), { width: 58, nowMs: 0 }))).toBe(
      [
        "completed, 10.0 s, $0.5000, 20 tokens out  do it",
        `model    ${"█".repeat(16)}${" ".repeat(16)}${"█".repeat(8)}    6.0 s`,
        `Bash     ${" ".repeat(16)}▓▓▓▓${" ".repeat(12)}▓${" ".repeat(7)}    1.0 s`,
        `approval ${" ".repeat(20)}${"░".repeat(12)}${" ".repeat(8)}    3.0 s`,
      ].join("\n"),
    );
  });

  it("goes on to now while the turn runs, and says what was dropped", () => {
    const { endedAtMs: _, ...running } = turn([{ kind: "model", name: "", startMs: 0 }], { spansDropped: 3 });
    expect(shown(layoutTimeline(running, { width: 30, nowMs: 2000 }))).toMatch(/\nmodel █+ +2\.0 s\n… 3 more$/);
  });

  it("fits and is harmless, whatever tools are called and whatever clocks say", () => {
    const random = createRandom(8);
    for (let round = 0; round < 100; round += 1) {
      const ms = () => Math.floor((random() - 0.2) * 1e6);
      const spans = Array.from(
        { length: 8 },
        (): TurnSpan => ({ kind: "tool", name: hostileText(random, 3), startMs: ms(), endMs: ms() }),
      );
      const width = 20 + Math.floor(random() * 100);
      const lines = layoutTimeline(turn(spans, { prompt: hostileText(random, 9), endedAtMs: ms() }), {
        width,
        nowMs: 0,
      });
      expect(lines.length).toBeGreaterThan(1);
      expectHarmless(lines, width);
    }
  });
});
