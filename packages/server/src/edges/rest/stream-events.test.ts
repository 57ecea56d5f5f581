import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { agentMessage, resultMessage } from "../../core/core.test-helper.ts";
import { openTestRest, type TestRest } from "./rest.test-helper.ts";

type Message = { id?: string; event?: string; data?: string };

/** Reads messages until `isLast`, as EventSource would. */
async function read(
  t: TestRest,
  path: string,
  isLast: (message: Message) => boolean,
  headers: Record<string, string> = {},
): Promise<Message[]> {
  const gone = new AbortController();
  const answer = await t.open(path, { headers, signal: gone.signal });
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const messages: Message[] = [];
  let text = "";
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString();
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const message = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2))) as Message;
      if (message.data !== undefined) messages.push(message);
    }
    if (messages.some(isLast)) break;
  }
  gone.abort();
  return messages.slice(0, messages.findIndex(isLast) + 1);
}

const endsTurn = ({ data }: Message) => data?.includes('"turn.completed"') === true;

describe("events over SSE", () => {
  it("come from the beginning, each with its seq as id, and go on with what is to come", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    const reading = read(t, `/sessions/${id}/events/stream`, endsTurn);
    const turnId = await t.send(id, "hi");
    await t.ingest(id, resultMessage(turnId, { innerName: { keptAsItIs: 1 } }));
    const messages = await reading;
    const events = messages.map(({ data = "" }) => JSON.parse(data));
    expect(messages.map((message) => message.id)).toEqual(events.map(({ seq }) => String(seq)));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({ session_id: id, type: "session.starting", data: { reason: "created" } });
    expect(events.find(({ type }) => type === "agent.result").data.innerName).toEqual({ keptAsItIs: 1 });
    expect(events.at(-1)).toMatchObject({ message_id: turnId, data: { result: { text: "done", duration_ms: 0 } } });
  });

  it("go on after the event that is named, in the query or, which counts more, by Last-Event-ID", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    await t.ingest(id, resultMessage(await t.send(id, "hi")));
    const all = await read(t, `/sessions/${id}/events/stream`, endsTurn);
    expect(await read(t, `/sessions/${id}/events/stream?after=2`, endsTurn)).toEqual(all.slice(2));
    const headers = { "last-event-id": "3" };
    expect(await read(t, `/sessions/${id}/events/stream?after=1`, endsTurn, headers)).toEqual(all.slice(3));
  });

  it("are refused before they begin as anything is", async () => {
    await using t = await openTestRest();
    const id = await t.openSession("bob");
    expect(await t.request("GET", `/sessions/${id}/events/stream`)).toMatchObject({
      status: 404,
      body: { code: "SESSION_NOT_FOUND" },
    });
    const own = await t.openSession();
    for (const after of ["x", "-1", "1.5", "Infinity"]) {
      const refused = await t.request("GET", `/sessions/${own}/events/stream?after=${after}`);
      expect(refused).toMatchObject({ status: 400, body: { code: "REQUEST_INVALID" } });
      expect(refused.body.detail).toMatch(/^after: /);
    }
    expect((await t.request("HEAD", `/sessions/${own}/events/stream`)).headers.get("allow")).toBe("GET");
  });

  it("are followed no more when their reader has gone, also one that has not read them", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    const turnId = await t.send(id);
    const large = agentMessage(turnId, { type: "assistant", text: "x".repeat(500_000) });
    for (let n = 0; n < 40; n += 1) await t.ingest(id, large);
    const gone = new AbortController();
    await t.open(`/sessions/${id}/events/stream`, { signal: gone.signal });
    expect(t.followers()).toBe(1);
    gone.abort();
    await expect.poll(() => t.followers()).toBe(0);
    expect(t.errors).toEqual([]);
  });

  it("end with the session, and with the gateway", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    const answer = await t.open(`/sessions/${id}/events/stream`);
    const text = answer.text();
    await t.request("DELETE", `/sessions/${id}`);
    expect(await text).toContain('"session.idle"');
    const other = await t.openSession();
    const open = await t.open(`/sessions/${other}/events/stream`);
    const rest = open.text();
    await Promise.race([t.close(), delay(10_000)]);
    await rest.catch(() => undefined);
    expect(t.errors).toEqual([]);
  });
});
