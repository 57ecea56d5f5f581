import { randomUUID } from "node:crypto";
import type { Event, Turn } from "@cc-docker/client";
import { expect } from "vitest";
import { collectUntil, openSession, runTurn, streamedText, toolResults } from "../harness/run-turn.ts";
import { type Stack, shareStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

verifies("turn.streams", "an answer arrives word by word before the turn has ended", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const { id } = session;
  const { turn, events, text } = await runTurn(client, id, "stream: 20 words every 5ms");
  expect(turn.status).toBe("completed");
  expect(text).toMatch(/^word1 word2 .* word20$/);
  expect(streamedText(events)).toBe(text);
  const deltas = events.filter(({ type }) => type === "agent.stream_event").map(({ at }) => Date.parse(at));
  expect(Math.max(...deltas) - Math.min(...deltas)).toBeGreaterThan(50);
});

verifies("turn.workspace", "a file written with the Bash tool is read by a later turn", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const { id } = session;
  const note = randomUUID();
  await runTurn(client, id, `bash: echo ${note} > /workspace/note`);
  const later = await runTurn(client, id, "bash: cat /workspace/note");
  expect(toolResults(later.events)).toEqual([note]);
});

verifies("turn.one-process", "twenty turns are one process and one model call each", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const { id } = session;
  const before = await agentPid(id);
  expect(before).toMatch(/^\d+$/);
  stack().model.journal.clear();
  for (let n = 1; n <= 20; n += 1) expect((await runTurn(client, id, `say: answer ${n}`)).text).toBe(`answer ${n}`);
  expect(messageCalls(stack())).toHaveLength(20);
  expect(await agentPid(id)).toBe(before);

  async function agentPid(sessionId: string): Promise<string> {
    const { events } = await runTurn(client, sessionId, "bash: echo $PPID");
    return toolResults(events)[0] ?? "";
  }
});

verifies("turn.order", "queued prompts run in their order, one after the other", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const { id } = session;
  const prompts = ["wait: 100ms\nsay: first", "say: second", "say: third", "say: fourth"];
  const turns: Turn[] = [];
  for (const prompt of prompts) turns.push(await client.chat.send.mutate({ sessionId: id, prompt }));
  const last = turns.at(-1)?.id;
  const events = await collectUntil(client, { sessionId: id, isLast: ended(last) });
  const steps = events.filter(({ type }) => type === "turn.started" || type === "turn.completed");
  expect(steps.map(({ type, turnId }) => [type, turnId])).toEqual(
    turns.flatMap((turn) => [
      ["turn.started", turn.id],
      ["turn.completed", turn.id],
    ]),
  );
  expect(turns.map(({ status }) => status)).toEqual(["running", "queued", "queued", "queued"]);
});

verifies("turn.idempotent", "prompts sent again with the same key are one turn and one model call", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const { id } = session;
  stack().model.journal.clear();
  const input = { sessionId: id, prompt: "wait: 100ms\nsay: once", idempotencyKey: randomUUID() };
  const sent = await Promise.all([1, 2, 3].map(() => client.chat.send.mutate(input)));
  const asked = await client.chat.ask.mutate(input);
  const late = await client.chat.send.mutate(input);
  expect(new Set([...sent, asked, late].map((turn) => turn.id)).size).toBe(1);
  expect(late.result?.text).toBe("once");
  expect(messageCalls(stack())).toHaveLength(1);
  await expect(client.chat.send.mutate({ ...input, prompt: "say: twice" })).rejects.toMatchObject({
    code: "IDEMPOTENCY_KEY_REUSED",
  });
});

verifies(
  "turn.prompt-limits",
  "a prompt of 1 MiB is accepted, a larger, empty or malformed one is not stored",
  async () => {
    const client = stack().client();
    await using session = await openSession(client);
    const { id } = session;
    const { lastSeq } = await client.sessions.get.query({ sessionId: id });
    const refusals = [
      { prompt: "", code: "PROMPT_EMPTY" },
      { prompt: " \n\t ", code: "PROMPT_EMPTY" },
      { prompt: "x".repeat(2 * 1024 * 1024), code: "PROMPT_TOO_LARGE" },
      { prompt: "é".repeat(512 * 1024 + 1), code: "PROMPT_TOO_LARGE" },
      { prompt: "say: \ud83d", code: "REQUEST_INVALID" },
    ];
    for (const { prompt, code } of refusals)
      await expect(client.chat.send.mutate({ sessionId: id, prompt })).rejects.toMatchObject({ code });
    expect((await client.sessions.get.query({ sessionId: id })).lastSeq).toBe(lastSeq);

    const directive = "say: read it all\n";
    const { turn, text, events } = await runTurn(client, id, directive + "x".repeat(1024 * 1024 - directive.length));
    expect(turn.status).toBe("completed");
    expect(text).toBe("read it all");
    expect(JSON.stringify(events[0]).length).toBeGreaterThan(1024 * 1024);
  },
);

verifies("turn.events", "thinking, a tool call and its result are events of the turn", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const { id } = session;
  const script = [
    "think: let me see",
    "say: I write it down",
    "write: /workspace/a.txt :: kept",
    "bash: cat /workspace/a.txt",
    "say: done",
  ];
  const { turn, events } = await runTurn(client, id, script.join("\n"));
  expect(turn.status).toBe("completed");
  const blocks = events.filter(({ type }) => type === "agent.assistant").flatMap(contentOf);
  expect(blocks).toContainEqual(expect.objectContaining({ type: "thinking", thinking: "let me see" }));
  expect(blocks).toContainEqual(expect.objectContaining({ type: "tool_use", name: "Write" }));
  expect(blocks).toContainEqual(expect.objectContaining({ name: "Bash", input: { command: "cat /workspace/a.txt" } }));
  expect(toolResults(events).at(-1)).toBe("kept");
  expect(events.filter(({ type }) => type.startsWith("agent.")).every(({ turnId }) => turnId === turn.id)).toBe(true);
});

function ended(turnId: string | undefined): (event: Event) => boolean {
  return (event) => event.type === "turn.completed" && event.turnId === turnId;
}

function contentOf({ data }: Event): unknown[] {
  return (data as { message: { content: unknown[] } }).message.content;
}

/** The calls that cost: the agent's small ones, for titles, have no tools. */
function messageCalls({ model }: Stack) {
  return model.journal.requests.filter(({ path }) => path.startsWith("/v1/messages") && !path.includes("count_tokens"));
}
