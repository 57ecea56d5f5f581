import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Event, endsTurn } from "@cc-docker/client";
import { expect } from "vitest";
import { ENGINE_SOCKET } from "../harness/engine.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { collectUntil, openSession, runTurn, streamedText } from "../harness/run-turn.ts";
import { type Stack, shareStack, startStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

verifies(
  "events.reconnect",
  "a follower cut off 20 times in a turn of 2,000 events gets each once, in order",
  async () => {
    await using session = await openSession(stack().client());
    await using proxy = await startFaultProxy({ to: addressOf(stack()) });
    const follower = clientThrough(proxy, stack());
    const CUT_EVERY = 20; // far more often than it must be, for a machine that is slow to connect
    let cuts = 0;
    let cutAt = CUT_EVERY;
    const failures: string[] = [];

    const collecting = collectUntil(follower, {
      sessionId: session.id,
      isLast: ({ type }) => endsTurn(type),
      onReconnect: ({ code }) => failures.push(code),
      onEvent: ({ seq }) => {
        if (seq < cutAt || proxy.cutAll() === 0) return;
        cuts += 1;
        cutAt = seq + CUT_EVERY;
      },
    });
    const prompt = "stream: 2000 words every 5ms"; // time enough for 20 connections
    await stack().client().chat.send.mutate({ sessionId: session.id, prompt });
    const events = await collecting;

    expect(cuts).toBeGreaterThanOrEqual(20);
    expect(new Set(failures)).toEqual(new Set(["SERVER_UNREACHABLE"])); // no gap that the client had to heal
    expect(events.length).toBeGreaterThan(2000);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(streamedText(events)).toBe(Array.from({ length: 2000 }, (_, index) => `word${index + 1}`).join(" "));
  },
);

/** Two, three and four bytes, a joined family, a flag, combining marks, right-to-left; what a JSON line must escape. */
const HARD_TEXT = 'é ß 日本語 漢字 👩‍👩‍👧‍👦 🇪🇺 e\u0301 a\u0308 नमस्ते שלום \u2028 \\ " 𝒳𐍈 \u0000 ￿ end';

verifies("events.text-intact", "text cut between all of its bytes on every leg of its way arrives intact", async () => {
  const enginePath = join(tmpdir(), `ccd-engine-${process.pid}.sock`);
  await using engineProxy = await startFaultProxy({
    to: { path: ENGINE_SOCKET },
    at: { path: enginePath },
    drip: true,
  });
  // The exec relay, unlike the socket, passes through the engine's API and so through the proxy.
  await using dripping = await startStack({ env: { LINK: "exec", DOCKER_HOST: `unix://${enginePath}` } });
  await using proxy = await startFaultProxy({ to: addressOf(dripping), drip: true });
  const client = clientThrough(proxy, dripping);
  dripping.client(); // whose sessions the stack deletes

  await using session = await openSession(client);
  const { text, events } = await runTurn(client, session.id, `split: ${HARD_TEXT}`);
  expect(text).toBe(HARD_TEXT);
  expect(streamedText(events)).toBe(HARD_TEXT);
  expect(engineProxy.bytesDown + proxy.bytesDown).toBeGreaterThan(10_000);
});

verifies("events.resume", "a follower begins with the event after the one it names", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const { turn, events } = await runTurn(client, session.id, "say: one");
  const last = events.at(-1)?.seq ?? 0;
  for (const after of [0, 1, 3, last - 1]) {
    const seen = await collectUntil(client, { sessionId: session.id, after, isLast: isEndOf(turn.id) });
    expect(seen.map(({ seq }) => seq)).toEqual(range(after + 1, last));
  }
  const { turn: next } = await runTurn(client, session.id, "say: two");
  const [first] = await collectUntil(client, { sessionId: session.id, after: last, isLast: isEndOf(next.id) });
  expect(first?.seq).toBe(last + 1);
});

verifies(
  "events.large",
  "a message of a megabyte arrives whole, while it is followed and when it is read",
  async () => {
    const client = stack().client();
    await using session = await openSession(client);
    const answer = "0123456789abcdé日".repeat(55_000);
    expect(Buffer.byteLength(answer)).toBeGreaterThan(1_040_000);
    const { text, events } = await runTurn(client, session.id, `say: ${answer}`);
    expect(text === answer).toBe(true); // toBe would print both
    expect(streamedText(events) === answer).toBe(true);
    const { lastSeq } = await client.sessions.get.query({ sessionId: session.id });
    expect(JSON.stringify(await readAll(session.id, 1000, lastSeq)).length).toBeGreaterThan(4_000_000);
  },
);

verifies("events.pages", "the log read page by page is the log that was followed", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  await runTurn(client, session.id, "stream: 150 words");
  const { lastSeq } = await client.sessions.stop.mutate({ sessionId: session.id }); // nothing is added any more
  const followed = await collectUntil(client, { sessionId: session.id, isLast: ({ seq }) => seq === lastSeq });
  expect(await readAll(session.id, 40, lastSeq)).toEqual(followed);
  expect(followed.map(({ seq }) => seq)).toEqual(range(1, lastSeq));
  await expect(client.events.list.query({ sessionId: session.id, after: lastSeq })).resolves.toEqual({ events: [] });
});

async function readAll(sessionId: string, limit: number, lastSeq: number): Promise<Event[]> {
  const all: Event[] = [];
  while ((all.at(-1)?.seq ?? 0) < lastSeq) {
    const { events } = await stack()
      .client()
      .events.list.query({ sessionId, after: all.at(-1)?.seq ?? 0, limit });
    expect(events.length).toBeGreaterThan(0);
    expect(events.length).toBeLessThanOrEqual(limit);
    all.push(...events);
  }
  return all;
}

function addressOf({ url }: Stack): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

function clientThrough(proxy: FaultProxy, { token }: Stack) {
  return createClient({ url: `http://127.0.0.1:${proxy.port}`, token: () => token("alice") });
}

function isEndOf(turnId: string): (event: Event) => boolean {
  return (event) => event.type === "turn.completed" && event.turnId === turnId;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
