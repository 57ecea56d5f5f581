import { randomUUID } from "node:crypto";
import type { SessionId, TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import type { TurnRow } from "../../ports/store/store.ts";
import { completeTranscript } from "./complete-transcript.ts";

const AT = "2026-01-01T00:00:00.000Z";
const SESSION = randomUUID() as SessionId;
const AGENT_SESSION = randomUUID();
const [TURN, OTHER] = [randomUUID() as TurnId, randomUUID() as TurnId];
const [A, B, C] = [randomUUID(), randomUUID(), randomUUID()] as const;
const turn: TurnRow = {
  id: TURN,
  sessionId: SESSION,
  status: "running",
  prompt: "work",
  idempotencyKey: "k",
  createdAt: AT,
};

type Entry = { type: string; data?: unknown; turnId?: TurnId };

const logOf = (...entries: Entry[]) =>
  entries.map(({ type, data = {}, turnId = TURN }, index) => {
    const event = { seq: index + 1, sessionId: SESSION, type, turnId, at: AT, data };
    return { seq: event.seq, json: JSON.stringify(event) };
  });

function told(uuid: string, fields: object = {}, turnId = TURN): Entry {
  const message = { role: "assistant", content: [{ type: "text", text: uuid }] };
  return {
    type: "agent.assistant",
    turnId,
    data: { type: "assistant", uuid, session_id: AGENT_SESSION, message, ...fields },
  };
}

const line = (uuid: string) => JSON.stringify({ uuid, type: "assistant" });
/** Each line that is made, with the one it comes after. */
function made(log: ReturnType<typeof logOf>, lastMessage?: string, lastLine = lastMessage) {
  const rows = completeTranscript(turn, log, { lastLine, lastMessage })?.rows;
  return rows?.map(({ uuid, json }) => [uuid, (JSON.parse(json) as { parentUuid: unknown }).parentUuid]);
}

describe("a transcript whose agent was killed", () => {
  it("misses nothing when nothing was told, or all of it is there", () => {
    expect(made(logOf({ type: "turn.started" }))).toBeUndefined();
    expect(made(logOf(told(A), told(B)), line(B))).toBeUndefined();
  });

  it("gets what was told after its newest message, one after the other", () => {
    const title = JSON.stringify({ uuid: "title", type: "summary" });
    expect(made(logOf(told(A), told(B), told(C)), line(A), title)).toEqual([
      [B, "title"],
      [C, B],
    ]);
  });

  it("gets the prompt too when it has not even that", () => {
    const earlier = line("earlier");
    expect(made(logOf(told(A)), undefined, earlier)).toEqual([
      [TURN, "earlier"],
      [A, TURN],
    ]);
    const first = completeTranscript(turn, logOf(told(A)), { lastLine: undefined, lastMessage: undefined });
    expect(first?.agentSessionId).toBe(AGENT_SESSION);
    expect(JSON.parse(first?.rows[0]?.json ?? "")).toMatchObject({
      type: "user",
      uuid: TURN,
      parentUuid: null,
      sessionId: AGENT_SESSION,
      message: { role: "user", content: "work" },
    });
  });

  it("gets each message as it was told", () => {
    const content = [{ type: "tool_result", tool_use_id: "t", content: "é😀\u2028" }];
    const result = told(A, { type: "user", message: { role: "user", content } });
    const [row] =
      completeTranscript(turn, logOf(result), { lastLine: line(TURN), lastMessage: line(TURN) })?.rows ?? [];
    expect(row).toMatchObject({ uuid: A, type: "user" });
    expect(JSON.parse(row?.json ?? "")).toMatchObject({ message: { role: "user", content }, timestamp: AT });
  });

  it.each([
    ["a helper's message", told(A, { parent_tool_use_id: "t" })],
    ["a message of another turn", told(A, {}, OTHER)],
    ["an announcement", told(A, { type: "system" })],
    ["a piece of an answer", { type: "agent.stream_event", data: { type: "stream_event", uuid: A } }],
    ["a message without an id", told("none")],
    ["a message of no conversation", told(A, { session_id: 5 })],
    ["a message that says nothing", told(A, { message: null })],
    ["no object", { type: "agent.assistant", data: null }],
  ])("does not get %s", (_what, entry) => {
    expect(made(logOf(entry), line(TURN))).toBeUndefined();
  });

  it("gets what was told since the turn was last handed over, not what an earlier instance had told", () => {
    const resumed = { type: "turn.resumed" };
    expect(made(logOf(told(A), resumed, told(B), resumed), line(TURN))).toEqual([[B, TURN]]);
    expect(made(logOf(told(A), resumed, resumed), line(TURN))).toEqual([[A, TURN]]);
  });
});
