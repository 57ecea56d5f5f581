import { EVENT_TYPES, type Event, SessionId, TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { readStream, STREAMS } from "./recorded.test-helper.ts";
import { sessionView } from "./session-view.ts";
import type { SessionView } from "./view.ts";
import { VIEW_LIMITS } from "./view-limits.ts";

const RUNS = 300;
const TYPES = [
  ...Object.keys(EVENT_TYPES),
  ...["agent.assistant", "agent.user", "agent.system", "agent.stream_event", "agent.result", "agent.unheard-of"],
];
const ODD: readonly unknown[] = [
  ...[null, undefined, "", "x", "msg_1", "toolu_1", 0, -1, Number.NaN, Number.POSITIVE_INFINITY, true, [], {}, [[]]],
  ...[{ type: "text" }, { type: "tool_use", id: "toolu_1", name: "__proto__", input: { constructor: 1 } }],
  ...[{ type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "image" }, null] }, "\u001b[2J", "\ud800"],
];

/** Numbers that are always the same for a seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

type Random = ReturnType<typeof createRandom>;

/** The event with a part of it, anywhere inside, replaced by something odd. */
function spoil(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random(6) === 0) return ODD[random(ODD.length)];
  const names = Object.keys(value);
  const name = names[random(names.length)];
  if (name === undefined) return ODD[random(ODD.length)];
  const changed = spoil((value as Record<string, unknown>)[name], random);
  return Array.isArray(value) ? value.with(Number(name), changed) : { ...value, [name]: changed };
}

/** Events of recorded sessions, some of them spoilt, lost, out of place or of another type. */
function makeStream(random: Random): Event[] {
  const recorded = readStream(STREAMS[random(STREAMS.length)] ?? "talk");
  const events = recorded.flatMap((event) => {
    const dice = random(10);
    if (dice === 0) return [];
    if (dice === 1) return [{ ...event, data: spoil(event.data, random) }];
    if (dice === 2) return [{ ...event, type: TYPES[random(TYPES.length)] as Event["type"] }, event];
    if (dice === 3) return [event, recorded[random(recorded.length)] ?? event];
    return [event];
  });
  return events.map((event, index) => ({ ...event, seq: index + 1 + (random(20) === 0 ? 0 : index) }));
}

describe("a view of whatever agents write", () => {
  it("is made of any events, and the same however they are cut into pieces", () => {
    for (let seed = 0; seed < RUNS; seed += 1) {
      const random = createRandom(seed);
      const events = makeStream(random);
      const options = { maxEntries: 5 + random(50), maxBytes: 2_000 + random(100_000) };
      const whole = sessionView.applyAll(sessionView.empty(options), events);
      let view = sessionView.empty(options);
      for (let start = 0; start < events.length; ) {
        const size = 1 + random(9);
        view = sessionView.applyAll(view, events.slice(start, start + size));
        start += size;
      }
      expect(view, `seed ${seed}`).toEqual(whole);
      expectSound(view, `seed ${seed}`);
    }
  });
});

function expectSound(view: SessionView, label: string): void {
  const { settled, live, fold, options } = view;
  const entries = sessionView.entries(view);
  expect(entries, label).toHaveLength(sessionView.count(view));
  expect(
    entries.map((_, index) => sessionView.entryAt(view, index)),
    label,
  ).toEqual(entries);
  expect(settled.length, label).toBeLessThanOrEqual(options.maxEntries);
  expect(fold.streams, label).toHaveLength(live.length);
  const history = entries.slice(0, settled.length);
  expect(fold.bytes, label).toBe(history.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(view.firstSeq, label).toBe(history[0]?.seq);
  const seqs = history.map(({ seq }) => seq);
  expect(seqs, label).toEqual(seqs.toSorted((a, b) => a - b));
}

const sessionId = SessionId.parse("00000000-0000-4000-8000-000000000001");
const turnId = TurnId.parse("00000000-0000-4000-8000-000000000002");
const at = "2026-01-01T00:00:00.000Z";
const assistant = (seq: number, block: object): Event => ({
  ...{ seq, sessionId, turnId, at, type: "agent.assistant" },
  data: { type: "assistant", parent_tool_use_id: null, message: { id: `msg_${seq}`, content: [block] } },
});
const result = (seq: number, id: string, content: string): Event => ({
  ...{ seq, sessionId, turnId, at, type: "agent.user" },
  data: { message: { content: [{ type: "tool_result", tool_use_id: id, content }] } },
});
const texts = (count: number) =>
  Array.from({ length: count }, (_, index) => assistant(index + 1, { type: "text", text: `text ${index + 1}` }));

describe("a view's window", () => {
  it("leaves the oldest entries behind, and says how many and where the rest begins", () => {
    const view = sessionView.applyAll(sessionView.empty({ maxEntries: 300 }), texts(1000));
    expect(view).toMatchObject({ dropped: 700, firstSeq: 701 });
    expect(sessionView.entries(view).map((entry) => entry.seq)).toEqual(
      Array.from({ length: 300 }, (_, index) => 701 + index),
    );
    expect(sessionView.entries(view, 298, 400).map(({ seq }) => seq)).toEqual([999, 1000]);
    expect(sessionView.entryAt(view, 300)).toBeUndefined();
  });

  it("holds no more than it may, and always the newest", () => {
    const large = (seq: number) => assistant(seq, { type: "text", text: "x".repeat(10_000) });
    const events = Array.from({ length: 100 }, (_, index) => large(index + 1));
    const view = sessionView.applyAll(sessionView.empty({ maxBytes: 100_000 }), events);
    expect(sessionView.entries(view).map(({ seq }) => seq)).toEqual([97, 98, 99, 100]);
    const narrow = sessionView.applyAll(sessionView.empty({ maxBytes: 10 }), events);
    expect(sessionView.entries(narrow).map(({ seq }) => seq)).toEqual([100]);
  });

  it("lets the results of calls go that it has left behind", () => {
    const call = assistant(1, { type: "tool_use", id: "toolu_1", name: "Bash", input: {} });
    const view = sessionView.applyAll(sessionView.empty({ maxEntries: 10 }), [call, ...texts(50).slice(1)]);
    const after = sessionView.apply(view, result(60, "toolu_1", "late"));
    expect(sessionView.entries(after)).toEqual(sessionView.entries(view));
    expect(after.fold.tools).toEqual([]);
  });

  it("shares all but a little with the view before, however long the session is", () => {
    const call = assistant(50_001, { type: "tool_use", id: "toolu_1", name: "Bash", input: {} });
    const options = { maxEntries: 100_000, maxBytes: Number.MAX_SAFE_INTEGER };
    const view = sessionView.applyAll(sessionView.empty(options), [...texts(50_000), call]);
    for (const event of [assistant(50_002, { type: "text", text: "more" }), result(50_002, "toolu_1", "done")]) {
      const next = sessionView.apply(view, event);
      const chunks = new Set(view.settled.chunks);
      expect(next.settled.chunks.filter((chunk) => !chunks.has(chunk))).toHaveLength(1);
      expect(Math.max(...next.settled.chunks.map(({ length }) => length))).toBeLessThan(500);
      expect(next.settled.chunks.length).toBeLessThan(500);
    }
    const streamed = sessionView.apply(view, {
      ...{ seq: 50_002, sessionId, turnId, at, type: "agent.stream_event" },
      data: { event: { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "word" } } },
    });
    expect(streamed.settled).toBe(view.settled);
    expect(streamed.live).toMatchObject([{ text: "word" }]);
  });
});

describe("a view's texts", () => {
  it("are cut where they are absurdly long, and say by how much", () => {
    const excess = 1000;
    const text = assistant(1, { type: "text", text: "x".repeat(VIEW_LIMITS.textChars + excess) });
    const call = assistant(2, {
      type: "tool_use",
      id: "toolu_1",
      name: "Bash",
      input: { command: "x".repeat(2 ** 21) },
    });
    const output = `begin${"x".repeat(VIEW_LIMITS.outputChars)}end`;
    const view = sessionView.applyAll(sessionView.empty(), [text, call, result(3, "toolu_1", output)]);
    const [first, second] = sessionView.entries(view);
    expect(first).toMatchObject({ cutChars: excess });
    expect(second).toMatchObject({ outputCutChars: 8, output: expect.stringMatching(/^beginx+end$/) });
    expect(JSON.stringify(second).length).toBeLessThan(VIEW_LIMITS.inputChars + VIEW_LIMITS.outputChars + 1000);
  });

  it("may nest deeper than any program can follow", () => {
    let deep: unknown = "end";
    for (let level = 0; level < 5_000; level += 1) deep = { deep };
    const view = sessionView.apply(
      sessionView.empty(),
      assistant(1, { type: "tool_use", id: "toolu_1", name: "Bash", input: { deep } }),
    );
    expect(JSON.stringify(sessionView.entries(view)).length).toBeLessThan(2_000);
  });

  it("keep escape sequences, for whoever shows them to make harmless", () => {
    const view = sessionView.apply(sessionView.empty(), assistant(1, { type: "text", text: "\u001b[2J" }));
    expect(sessionView.entryAt(view, 0)).toMatchObject({ text: "\u001b[2J" });
  });
});
