import { randomUUID } from "node:crypto";
import { AgentSessionId, type SessionId, type TranscriptEntry, type TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { agentMessage, openTestCore, type TestCore } from "../core.test-helper.ts";

const AGENT_SESSION = AgentSessionId.parse(randomUUID());

const prompt = (turnId: TurnId): TranscriptEntry => ({ type: "user", uuid: turnId, message: { role: "user" } });
const said = (stop_reason: string | null, text = "the answer"): TranscriptEntry => ({
  type: "assistant",
  uuid: randomUUID(),
  message: { stop_reason, content: [{ type: "text", text }], usage: { input_tokens: 3, output_tokens: 4 } },
});

function mirror(t: TestCore, sessionId: SessionId, entries: TranscriptEntry[], subpath?: string): Promise<number> {
  return t.ingest(sessionId, { kind: "transcript", agentSessionId: AGENT_SESSION, subpath, entries });
}

/** A session whose agent has died with its transcript as `leave` left it. */
async function crashAfter(t: TestCore, leave: (sessionId: SessionId, turnId: TurnId) => Promise<unknown>) {
  const sessionId = await t.openSession();
  const turnId = await t.send(sessionId, "work");
  await leave(sessionId, turnId);
  await t.ingest(sessionId, { kind: "agent-exited", detail: "" });
  return { sessionId, turnId };
}

async function readParts(t: TestCore, sessionId: SessionId) {
  const parts: { subpath?: string | undefined; entries: TranscriptEntry[] }[] = [];
  for await (const part of t.core.links.readTranscript(sessionId)) parts.push(part);
  return parts;
}

describe("an agent is started", () => {
  it("anew when the session has no conversation yet", async () => {
    await using t = await openTestCore();
    const { id } = await t.core.sessions.create({ owner: "ann", config: { model: "opus" } });
    expect(await t.core.links.prepareStart(id)).toEqual({ config: { model: "opus" } });
  });

  it("for nobody when the session is gone", async () => {
    await using t = await openTestCore();
    expect(await t.core.links.prepareStart(randomUUID() as SessionId)).toBeUndefined();
  });

  it("with the conversation, and no turn to go on with, after a rest", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await mirror(t, sessionId, [{ type: "user", uuid: "1" }, said("end_turn")]);
    await t.core.sessions.stop({ owner: "ann", sessionId });
    await t.send(sessionId);
    const start = { config: {}, resume: { agentSessionId: AGENT_SESSION } };
    expect(await t.core.links.prepareStart(sessionId)).toEqual(start);
  });

  it("with no turn to go on with when the prompt has not reached the conversation: it is handed over again", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await crashAfter(t, (id) => mirror(t, id, [{ type: "mode" }]));
    const { resume } = (await t.core.links.prepareStart(sessionId)) ?? {};
    expect(resume).toEqual({ agentSessionId: AGENT_SESSION });
    await t.core.links.ready({ sessionId, generation: 2 });
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: turnId, prompt: "work" });
  });

  it.each([
    ["only the prompt", []],
    ["a call of a tool", [said("tool_use")]],
    ["half an answer", [said(null)]],
    ["a tool's result", [said("tool_use"), { type: "user", uuid: "result" }]],
  ])("to go on with the turn by itself when %s was the last", async (_what, entries) => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await crashAfter(t, (id, turn) => mirror(t, id, [prompt(turn), ...entries]));
    const { resume } = (await t.core.links.prepareStart(sessionId)) ?? {};
    expect(resume).toEqual({ agentSessionId: AGENT_SESSION, unfinishedTurn: turnId });
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "running" });
  });

  it("without the turn when its answer is complete: it ends with that, and the next runs once the agent is ready", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await crashAfter(t, async (id, turn) => {
      await t.send(id, "next");
      await mirror(t, id, [prompt(turn), said("end_turn")]);
    });
    const { resume } = (await t.core.links.prepareStart(sessionId)) ?? {};
    expect(resume).toEqual({ agentSessionId: AGENT_SESSION });
    const usage = { inputTokens: 3, outputTokens: 4, cacheReadTokens: 0, cacheCreationTokens: 0 };
    const result = { text: "the answer", usage, costUsd: 0 };
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "completed", result });
    expect((await t.readEvents(sessionId)).at(-1)).toMatchObject({ type: "turn.completed", turnId, data: { result } });
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "starting", turnCount: 1, crashes: 0 });
    await t.core.links.ready({ sessionId, generation: 2 });
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ prompt: "next" });
  });

  it("with what it told and had not written down, so that it does not do it again", async () => {
    await using t = await openTestCore();
    const told = { type: "assistant", uuid: randomUUID(), session_id: AGENT_SESSION };
    const message = { role: "assistant", stop_reason: "tool_use", content: [] };
    const { sessionId, turnId } = await crashAfter(t, (id, turn) =>
      t.ingest(id, agentMessage(turn, { ...told, message })),
    );
    const { resume } = (await t.core.links.prepareStart(sessionId)) ?? {};
    expect(resume).toEqual({ agentSessionId: AGENT_SESSION, unfinishedTurn: turnId });
    await t.core.links.prepareStart(sessionId);
    expect(await readParts(t, sessionId)).toMatchObject([
      {
        entries: [
          { type: "user", uuid: turnId, parentUuid: null, message: { content: "work" } },
          { type: "assistant", uuid: told.uuid, parentUuid: turnId, message },
        ],
      },
    ]);
  });

  it("without the turn also when its whole answer was told and not written down", async () => {
    await using t = await openTestCore();
    const message = { role: "assistant", stop_reason: "end_turn", content: [{ type: "text", text: "the answer" }] };
    const answer = { type: "assistant", uuid: randomUUID(), session_id: AGENT_SESSION, message };
    const { sessionId, turnId } = await crashAfter(t, async (id, turn) => {
      await mirror(t, id, [prompt(turn)]);
      await t.ingest(id, agentMessage(turn, answer));
    });
    await t.core.links.prepareStart(sessionId);
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "completed", result: { text: "the answer" } });
  });

  it("the same way however often it is asked for", async () => {
    await using t = await openTestCore();
    const { sessionId } = await crashAfter(t, (id, turn) => mirror(t, id, [prompt(turn), said("end_turn")]));
    const first = await t.core.links.prepareStart(sessionId);
    const events = await t.readEvents(sessionId);
    expect(await t.core.links.prepareStart(sessionId)).toEqual(first);
    expect(await t.readEvents(sessionId)).toEqual(events);
  });
});

describe("the transcript", () => {
  it("comes back whole and in order, each file's entries together", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const line = (n: number): TranscriptEntry => ({ type: "user", uuid: `${n}`, text: "é😀".repeat(n) });
    await mirror(t, sessionId, [line(1), { type: "mode" }]);
    await mirror(t, sessionId, [line(1), line(2)], "subagents/agent-a");
    await mirror(t, sessionId, [line(3)]);
    expect(await readParts(t, sessionId)).toEqual([
      { entries: [line(1), { type: "mode" }, line(3)] },
      { subpath: "subagents/agent-a", entries: [line(1), line(2)] },
    ]);
  });

  it("comes in parts that the link can carry, none lost between them", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const long = (n: number): TranscriptEntry => ({ type: "user", uuid: `${n}`, text: "x".repeat(400_000) });
    for (let n = 0; n < 8; n += 1) await mirror(t, sessionId, [long(n)], n % 2 === 0 ? undefined : "subagents/agent-a");
    const parts = await readParts(t, sessionId);
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) expect(JSON.stringify(part).length).toBeLessThan(1024 * 1024 + 1000);
    const uuidsOf = (subpath?: string) =>
      parts.filter((part) => part.subpath === subpath).flatMap(({ entries }) => entries.map(({ uuid }) => uuid));
    expect(uuidsOf()).toEqual(["0", "2", "4", "6"]);
    expect(uuidsOf("subagents/agent-a")).toEqual(["1", "3", "5", "7"]);
  });

  it("is empty before anything was said", async () => {
    await using t = await openTestCore();
    expect(await readParts(t, await t.openSession())).toEqual([]);
  });

  it("is no event, and is acknowledged like one", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    expect(await mirror(t, sessionId, [{ type: "mode" }])).toBe(1);
    expect(await t.readEvents(sessionId)).toHaveLength(2);
    const session = { outboxAcked: 1, agentSessionId: AGENT_SESSION };
    expect(await t.store.findSession(sessionId)).toMatchObject(session);
  });
});
