import type { TurnView } from "@cc-docker/client";
import { expect, it } from "vitest";
import { turnExtent } from "./turn-extent.ts";

const NOW = 9000;

it.each<[string, Partial<TurnView>, { startMs: number; endMs: number }]>([
  ["from its start to its end", { endedAtMs: 5000 }, { startMs: 2000, endMs: 5000 }],
  ["from when it was queued", { queuedAtMs: 1000, endedAtMs: 5000 }, { startMs: 1000, endMs: 5000 }],
  ["from its first stretch", { spans: [{ kind: "starting", name: "", startMs: 500 }] }, { startMs: 500, endMs: NOW }],
  ["to now while it lasts", {}, { startMs: 2000, endMs: NOW }],
  ["a millisecond, whatever clocks say", { endedAtMs: 1000 }, { startMs: 2000, endMs: 2001 }],
])("a turn goes %s", (_, turn, extent) => {
  expect(turnExtent({ startedAtMs: 2000, spans: [], ...turn } as unknown as TurnView, NOW)).toEqual(extent);
});
