import { type Event, SessionId, TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { checkHistory, type Evidence } from "./check-history.ts";
import { createHistory, type History } from "./history.ts";
import { describeViolation, type Violation } from "./violation.ts";

const SESSION = SessionId.parse("6f3f2c1e-0000-4000-8000-000000000001");
const [TURN, OTHER] = [1, 2].map((n) => TurnId.parse(`7a3f2c1e-0000-4000-8000-00000000000${n}`)) as [TurnId, TurnId];
const PROMPT = "say: one";
const LIFE = ["turn.queued", "turn.started", "turn.completed"] as const;

function event(seq: number, type: Event["type"], turnId: TurnId | undefined = TURN, prompt = PROMPT): Event {
  const data = type === "turn.queued" ? { prompt } : {};
  return { seq, sessionId: SESSION, type, at: "2026-01-01T00:00:00.000Z", data, ...(turnId && { turnId }) };
}

/** One prompt under the key "k", acknowledged. */
function asked({ key = "k", prompt = PROMPT, turnId = TURN } = {}): History {
  const history = createHistory();
  history.called({ sessionId: SESSION, key, prompt });
  history.acknowledged({ sessionId: SESSION, key, turnId });
  return history;
}

function deliver(history: History, events: readonly Event[], subscriber = "a"): History {
  for (const one of events) history.delivered(subscriber, one);
  return history;
}

/** The one prompt, with the turn's events as their types say, numbered from 1. */
function lived(...types: Event["type"][]): History {
  return deliver(
    asked(),
    types.map((type, index) => event(index + 1, type)),
  );
}

function check(history: History, evidence: Evidence = {}): string[] {
  return checkHistory(history, evidence).map((violation: Violation) => describeViolation(violation));
}

const row = (status: "idle" | "stopped", lastSeq = 3) => ({ id: SESSION, status, lastSeq });
const nothing = { containers: [], volumes: [], sockets: [] };
const call = (asked: string) => ({ at: 0, asked });

describe("a clean history", () => {
  it("breaks no promise, with two subscribers, a repeated key and a crash", () => {
    const history = asked();
    history.refused({ sessionId: SESSION, key: "k", code: "SERVER_UNREACHABLE" });
    history.crashed({ what: "gateway" });
    history.disturbed({ subscriber: "a", sessionId: SESSION, code: "SERVER_UNREACHABLE" });
    history.acknowledged({ sessionId: SESSION, key: "k", turnId: TURN });
    const events = LIFE.map((type, index) => event(index + 1, type));
    history.followed({ subscriber: "b", sessionId: SESSION, after: 1 });
    deliver(deliver(history, events), structuredClone(events.slice(1)), "b");
    const snapshot = { ...nothing, sessions: [row("idle")], containers: [SESSION], volumes: [SESSION, SESSION] };
    expect(check(history, { snapshot, modelCalls: [call(PROMPT), call(`before\n${PROMPT}`)] })).toEqual([]);
  });

  it("may hold a turn whose acknowledgement was lost, and a prompt that was never taken", () => {
    const history = createHistory();
    for (const key of ["lost", "away"]) {
      history.called({ sessionId: SESSION, key, prompt: `say: ${key}` });
      history.refused({ sessionId: SESSION, key, code: "SERVER_UNREACHABLE" });
    }
    const events = LIFE.map((type, index) => event(index + 1, type, TURN, "say: lost"));
    expect(check(deliver(history, events), { modelCalls: [call("say: lost")] })).toEqual([]);
  });

  it.each(["turn.failed", "turn.interrupted", "turn.cancelled"])("may end a turn with %s", (end) => {
    expect(check(lived("turn.queued", "turn.started", end as Event["type"]))).toEqual([]);
  });
});

describe("R1 is broken", () => {
  it.each<[string, History, string]>([
    ["by an acknowledged prompt that is nowhere", asked(), "seen: no event of its turn"],
    ["by a turn without an end", lived("turn.queued", "turn.started"), "its last event is turn.started as 2"],
    ["by two ends", lived(...LIFE, "turn.failed"), "seen: turn.completed as 3, turn.failed as 4"],
    ["by an event after the end", lived(...LIFE, "agent.assistant"), "turn.completed as 3, then agent.assistant as 4"],
    [
      "by a second turn of one key",
      deliver(
        lived(...LIFE),
        LIFE.map((type, index) => event(index + 4, type, OTHER)),
      ),
      `a key has one turn; seen: a turn besides ${TURN}`,
    ],
    [
      "by a turn that nobody asked for",
      deliver(
        lived(...LIFE),
        LIFE.map((type, index) => event(index + 4, type, OTHER, "say: what?")),
      ),
      "a turn with a prompt that no caller sent",
    ],
    ["by a refused prompt that runs", refusedButRun(), "a refused prompt does not run"],
  ])("%s", (_title, history, words) => {
    expect(check(history)).toEqual([expect.stringContaining(words)]);
    expect(check(history)[0]).toMatch(/^R1: .*sessionId 6f3f.*turnId 7a3f/);
  });

  function refusedButRun(): History {
    const history = createHistory();
    history.called({ sessionId: SESSION, key: "k", prompt: PROMPT });
    history.refused({ sessionId: SESSION, key: "k", code: "SESSION_NOT_RUNNING" });
    return deliver(
      history,
      LIFE.map((type, index) => event(index + 1, type)),
    );
  }
});

describe("R2 is broken", () => {
  it("by a key that is acknowledged as another turn", () => {
    const history = lived(...LIFE);
    history.acknowledged({ sessionId: SESSION, key: "k", turnId: OTHER });
    expect(check(history)).toContainEqual(expect.stringContaining(`seen: ${TURN}, then ${OTHER}`));
  });

  it("by a turn that is acknowledged to two keys", () => {
    const history = lived(...LIFE);
    history.called({ sessionId: SESSION, key: "k2", prompt: PROMPT });
    history.acknowledged({ sessionId: SESSION, key: "k2", turnId: TURN });
    expect(check(history)).toEqual([
      expect.stringContaining("each key has a turn of its own; seen: the turn of key k"),
    ]);
  });

  it("by a key that is refused after it was acknowledged", () => {
    const history = lived(...LIFE);
    history.refused({ sessionId: SESSION, key: "k", code: "SESSION_NOT_RUNNING" });
    expect(check(history)).toEqual([expect.stringMatching(/^R2: .*acknowledged again; seen: a refusal/)]);
  });
});

describe("R3 is broken", () => {
  const events = LIFE.map((type, index) => event(index + 1, type));
  const [first, second, third] = events as [Event, Event, Event];

  it.each<[string, Event[], string]>([
    ["by a gap", [first, third], "event 2 is next; seen: 3, so a gap"],
    ["by an event that comes twice", [first, second, second, third], "event 3 is next; seen: 2, which is not new"],
    ["by a first event that is not the first", [second, third], "event 1 is next; seen: 2, so a gap"],
  ])("%s", (_title, given, words) => {
    const history = deliver(deliver(asked(), events), given, "b");
    expect(check(history)).toEqual([expect.stringContaining(words)]);
    expect(check(history)[0]).toMatch(/^R3: .*subscriber b/);
  });

  it("by an event before the cursor of its subscriber", () => {
    const history = deliver(asked(), events);
    history.followed({ subscriber: "b", sessionId: SESSION, after: 2 });
    expect(check(deliver(history, [second, third], "b"))).toEqual([expect.stringContaining("2, which is not new")]);
  });

  it("by an event that is another one for another subscriber", () => {
    const history = deliver(deliver(asked(), events), [first, second, { ...third, data: { other: true } }], "b");
    expect(check(history)).toEqual([
      expect.stringMatching(/an event is the same for all; seen: .*"other":true.* a got/),
    ]);
  });

  it("by events that never arrive", () => {
    const snapshot = { ...nothing, sessions: [row("stopped", 5)] };
    expect(check(deliver(asked(), events), { snapshot })).toEqual([
      expect.stringContaining("all events up to 5 arrive; seen: the last was 3"),
    ]);
  });

  it.each(["INTERNAL", "SESSION_NOT_FOUND"] as const)("by a subscription that meets %s", (code) => {
    const history = deliver(asked(), events);
    history.disturbed({ subscriber: "a", sessionId: SESSION, code });
    expect(check(history)).toEqual([expect.stringContaining(`goes on until it is left; seen: ${code}`)]);
  });
});

describe("R4 is broken", () => {
  it.each<[string, Evidence["snapshot"], string]>([
    ["by a live session without a container", { ...nothing, sessions: [row("idle")] }, "none, and the session is idle"],
    [
      "by a session with two",
      { ...nothing, sessions: [row("idle")], containers: [SESSION, SESSION] },
      "seen: a second container",
    ],
    [
      "by the container of a stopped session",
      { ...nothing, sessions: [row("stopped")], containers: [SESSION] },
      "a container, and its session is stopped",
    ],
    [
      "by the socket of a stopped session",
      { ...nothing, sessions: [row("stopped")], sockets: [SESSION] },
      "a socket, and its session is stopped",
    ],
    [
      "by the volume of no session",
      { ...nothing, sessions: [], volumes: [SESSION] },
      "a volume, and its session is no",
    ],
  ])("%s", (_title, snapshot, words) => {
    expect(check(lived(...LIFE), { ...(snapshot && { snapshot }) })).toEqual([expect.stringContaining(words)]);
  });

  it("not by the volumes of a session that is stopped", () => {
    const snapshot = { ...nothing, sessions: [row("stopped")], volumes: [SESSION] };
    expect(check(lived(...LIFE), { snapshot })).toEqual([]);
  });
});

describe("the model is asked wrongly", () => {
  it.each<[string, History, string[], string]>([
    ["when a turn completes without it", lived(...LIFE), [], "a completed turn has asked the model; seen: 0 calls"],
    ["when it is asked twice for nothing", lived(...LIFE), [PROMPT, PROMPT], "0 crashes take 1 model calls at most"],
    ["for a prompt that waits", lived("turn.queued", "turn.cancelled"), [PROMPT], "never started costs no model call"],
    ["when nobody asked", lived(...LIFE), [PROMPT, "say: what?"], 'seen: a call that ends "say: what?"'],
  ])("%s", (_title, history, asks, words) => {
    expect(check(history, { modelCalls: asks.map(call) })).toEqual([expect.stringContaining(words)]);
  });

  it("when it is asked twice more than there were crashes, counting those that hit the turn", () => {
    const history = createHistory();
    history.crashed({ what: "agent", sessionId: SESSION }); // before the prompt
    history.called({ sessionId: SESSION, key: "k", prompt: PROMPT });
    history.acknowledged({ sessionId: SESSION, key: "k", turnId: TURN });
    history.crashed({ what: "agent", sessionId: "another" });
    history.crashed({ what: "agent", sessionId: SESSION });
    const events = LIFE.map((type, index) => event(index + 1, type));
    deliver(history, events);
    history.crashed({ what: "gateway" }); // after the end
    expect(check(history, { modelCalls: [call(PROMPT), call(PROMPT)] })).toEqual([]);
    expect(check(history, { modelCalls: [call(PROMPT), call(PROMPT), call(PROMPT)] })).toEqual([
      expect.stringContaining("1 answers and 1 crashes take 2 model calls at most; seen: 3 calls"),
    ]);
  });

  it("not by a prompt that is the beginning of another, nor by one said earlier in the conversation", () => {
    const history = createHistory();
    const prompts = [PROMPT, `${PROMPT} more`];
    for (const [index, prompt] of prompts.entries()) {
      const turnId = [TURN, OTHER][index] ?? TURN;
      history.called({ sessionId: SESSION, key: `k${index}`, prompt });
      history.acknowledged({ sessionId: SESSION, key: `k${index}`, turnId });
      deliver(
        history,
        LIFE.map((type, n) => event(index * 3 + n + 1, type, turnId, prompt)),
      );
    }
    expect(check(history, { modelCalls: [call(PROMPT), call(prompts.join("\n"))] })).toEqual([]);
  });
});
