/** Sessions made from others: what they know and have, and that the others do not notice. */
import { randomUUID } from "node:crypto";
import type { Client } from "@cc-docker/client";
import { expect } from "vitest";
import { findContainer, runInside, volumesOf } from "../harness/engine.ts";
import { readRows, readVolumes } from "../harness/read-traces.ts";
import { collectUntil, deleteSession, openSession, runTurn } from "../harness/run-turn.ts";
import { shareStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

/** Several containers one after the other. */
const LONG = { timeout: 120_000 };

verifies(
  "session.forks",
  "a fork at an earlier turn knows what was said up to its end and nothing after, and its parent is untouched",
  async () => {
    const client = stack().client();
    await using parent = await openSession(client, { model: "opus", systemPrompt: "Speak plainly." });
    await runTurn(client, parent.id, "bash: echo one > note.txt\nsay: the first answer");
    const { turn } = await runTurn(client, parent.id, "say: the second answer");
    await runTurn(client, parent.id, "bash: echo three >> note.txt\nsay: the third answer");
    await client.sessions.stop.mutate({ sessionId: parent.id });
    const before = await traces(parent.id);

    await using fork = await openFork(client, { sessionId: parent.id, turnId: turn.id, config: { idleTimeout: 90 } });
    expect(fork).toMatchObject({
      forkedFrom: { sessionId: parent.id, turnId: turn.id },
      config: { model: "opus", systemPrompt: "Speak plainly.", idleTimeout: 90 },
      turnCount: 0,
      costUsd: 0,
    });
    const { text } = await runTurn(client, fork.id, "bash: cat note.txt; echo forked >> note.txt\nsay: another third");
    expect(text).toBe("another third");
    const asked = lastConversation();
    for (const known of ["the first answer", "the second answer", "Speak plainly."]) expect(asked).toContain(known);
    expect(asked).not.toContain("the third answer");
    expect(lastCall().model).toContain("opus");
    expect(await readNote(fork.id)).toBe("one\nthree\nforked\n"); // files are not taken back to the turn

    expect(await traces(parent.id)).toEqual(before);
    expect(await findContainer(parent.id)).toBeUndefined();
    await expectApart(parent.id, fork.id);
    expect((await runTurn(client, parent.id, "bash: cat note.txt\nsay: the fourth answer")).text).toBe(
      "the fourth answer",
    );
    expect(lastConversation()).toContain("the third answer");
    expect(lastConversation()).not.toContain("another third");
    expect(await readNote(parent.id)).toBe("one\nthree\n");
  },
  LONG,
);

verifies(
  "session.forks",
  "a fork of a running session leaves its turn unharmed, and both go their own way",
  async () => {
    const client = stack().client();
    await using parent = await openSession(client);
    const { turn } = await runTurn(client, parent.id, "say: before the fork");
    const prompt = "bash: echo once >> note.txt\nwait: 4s\nsay: the parent's end";
    const running = runTurn(client, parent.id, prompt);
    await collectUntil(client, {
      sessionId: parent.id,
      isLast: ({ type, turnId }) => type === "agent.user" && turnId !== turn.id,
    });

    await using fork = await openFork(client, { sessionId: parent.id });
    expect(fork.forkedFrom).toEqual({ sessionId: parent.id, turnId: turn.id });
    expect((await runTurn(client, fork.id, "bash: echo forked >> note.txt\nsay: the fork's end")).text).toBe(
      "the fork's end",
    );
    expect(lastConversation()).toContain("before the fork");
    expect(lastConversation()).not.toContain("echo once");

    const { events, text } = await running;
    expect(text).toBe("the parent's end");
    expect(events.map(({ type }) => type)).not.toContain("turn.resumed");
    expect(countCalls(prompt)).toBe(2);
    expect([await readNote(parent.id), await readNote(fork.id)]).toEqual(["once\n", "once\nforked\n"]);
  },
  LONG,
);

verifies(
  "session.forks",
  "a fork without a conversation has the files, and each may be deleted without the other",
  async () => {
    const client = stack().client();
    const parent = await openSession(client);
    await runInside(parent.id, "echo kept > /workspace/note.txt", "agent");
    const fork = await openFork(client, { sessionId: parent.id });
    expect(fork.forkedFrom).toEqual({ sessionId: parent.id });
    const second = await openFork(client, { sessionId: fork.id });
    await deleteSession(client, fork.id);
    expect(await volumesOf(fork.id)).toEqual([]);
    expect((await runTurn(client, parent.id, "bash: cat note.txt\nsay: still here")).text).toBe("still here");
    await deleteSession(client, parent.id);
    expect((await runTurn(client, second.id, "say: alone")).text).toBe("alone");
    expect(await readNote(second.id)).toBe("kept\n");
    expect((await client.sessions.get.query({ sessionId: second.id })).forkedFrom).toEqual({ sessionId: fork.id });
    await deleteSession(client, second.id);
    expect(await stack().leftovers()).toEqual([]);
  },
  LONG,
);

verifies(
  "session.forks",
  "a fork goes on from its parent's fork, woken after a rest as any session is",
  async () => {
    const client = stack().client();
    await using parent = await openSession(client);
    await runTurn(client, parent.id, "say: of the parent");
    await using fork = await openFork(client, { sessionId: parent.id });
    await using second = await openFork(client, { sessionId: fork.id });
    await client.sessions.stop.mutate({ sessionId: second.id });
    await deleteSession(client, fork.id);
    expect((await runTurn(client, second.id, "say: of the second")).text).toBe("of the second");
    expect(lastConversation()).toContain("of the parent");
  },
  LONG,
);

verifies(
  "session.forks",
  "what cannot be forked is refused before anything is made; one key is one fork",
  async () => {
    const client = stack().client();
    await using parent = await openSession(client);
    const sessionId = parent.id;
    const { turn: over } = await runTurn(client, sessionId, "say: over");
    const running = await client.chat.send.mutate({ sessionId, prompt: "stall: 60s" });
    const queued = await client.chat.send.mutate({ sessionId, prompt: "say: later" });
    const fork = (input: Parameters<Client["sessions"]["fork"]["mutate"]>[0], by = client) =>
      by.sessions.fork.mutate(input);
    const refusals = [
      [() => fork({ sessionId, turnId: running.id }), "TURN_NOT_OVER"],
      [() => fork({ sessionId, turnId: queued.id }), "TURN_NOT_OVER"],
      [() => fork({ sessionId, turnId: randomUUID() }), "TURN_NOT_FOUND"],
      [() => fork({ sessionId: randomUUID() }), "SESSION_NOT_FOUND"],
      [() => fork({ sessionId, turnId: over.id }, stack().client("bob")), "SESSION_NOT_FOUND"],
      [() => fork({ sessionId, config: { idleTimeout: 86_400.5 } }), "REQUEST_INVALID"],
    ] as const;
    for (const [call, code] of refusals) await expect(call()).rejects.toMatchObject({ code });
    expect((await client.sessions.list.query({})).sessions.map(({ id }) => id)).toEqual([sessionId]);

    const ask = { sessionId, idempotencyKey: "fork" };
    const forks = await Promise.all(Array.from({ length: 10 }, () => fork(ask)));
    await client.chat.interrupt.mutate({ sessionId }); // the newest turn that is over is another now
    forks.push(await fork(ask));
    expect(new Set(forks.map(({ id }) => id)).size).toBe(1);
    await expect(fork({ ...ask, turnId: over.id })).rejects.toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
    await deleteSession(client, forks[0]?.id ?? "");
  },
  LONG,
);

/** A fork whose agent waits for a prompt; deleted at the end of its scope. */
async function openFork(client: Client, input: Parameters<Client["sessions"]["fork"]["mutate"]>[0]) {
  const { id } = await client.sessions.fork.mutate(input);
  await collectUntil(client, { sessionId: id, isLast: ({ type }) => type !== "session.starting" });
  const session = await client.sessions.get.query({ sessionId: id });
  expect(session).toMatchObject({ status: "idle" });
  return { ...session, [Symbol.asyncDispose]: () => deleteSession(client, id) };
}

async function traces(sessionId: string): Promise<{ rows: unknown; volumes: string }> {
  return { rows: readRows(stack().dataDir, sessionId), volumes: await readVolumes(sessionId) };
}

/** Neither knows the other's conversation by its id, nor has any record of it. */
async function expectApart(parentId: string, forkId: string): Promise<void> {
  const [parents, forks] = [parentId, forkId].map((id) => conversationOf(id));
  expect(parents).not.toBe(forks);
  const { stdout } = await runInside(forkId, "ls /home/agent/.claude/projects/-workspace/*.jsonl", "agent");
  expect(stdout).toContain(forks);
  expect(stdout).not.toContain(parents);
}

function conversationOf(sessionId: string): string {
  const [[session]] = readRows(stack().dataDir, sessionId) as [[{ agent_session_id: string }]];
  return session.agent_session_id;
}

async function readNote(sessionId: string): Promise<string> {
  return (await runInside(sessionId, "cat /workspace/note.txt")).stdout;
}

function lastCall(): { model?: string } {
  return stack().model.journal.requests.at(-1)?.body as { model?: string };
}

function lastConversation(): string {
  return JSON.stringify(lastCall());
}

/** Calls of the model whose conversation holds this prompt. */
function countCalls(prompt: string): number {
  const needle = JSON.stringify(prompt).slice(1, -1);
  return stack().model.journal.requests.filter(({ body }) => JSON.stringify(body)?.includes(needle)).length;
}
