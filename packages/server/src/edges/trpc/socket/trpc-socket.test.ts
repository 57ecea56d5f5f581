import { MAX_PROMPT_BYTES, type SessionId } from "@cc-docker/protocol";
import { createTRPCClient, createWSClient, TRPCClientError, wsLink } from "@trpc/client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { agentMessage, resultMessage } from "../../../core/core.test-helper.ts";
import { noTracer, type Tracer } from "../../../lib/tracing/tracer.ts";
import { openTestRest, signToken, type TestRest } from "../../rest/rest.test-helper.ts";
import { openSocket, type TestSocket } from "../../socket.test-helper.ts";
import type { AppRouter } from "../root-router.ts";

/** tRPC's own client, as a stranger makes it. */
function createStockClient(t: TestRest, authorization: () => string = () => `Bearer ${t.token}`) {
  const client = createWSClient({
    url: `${t.url.replace("http", "ws")}/trpc`,
    connectionParams: () => ({ authorization: authorization() }),
  });
  onTestFinished(() => client.close());
  return createTRPCClient<AppRouter>({ links: [wsLink({ client })] });
}

function followAll(client: ReturnType<typeof createStockClient>, sessionId: SessionId, lastEventId = 0) {
  const seqs: number[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<unknown>();
  const { unsubscribe } = client.events.follow.subscribe(
    { sessionId, lastEventId },
    { onData: ({ id }) => void seqs.push(Number(id)), onError: resolve, onComplete: () => resolve("complete") },
  );
  return { seqs, ended, unsubscribe };
}

const placeIn = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;

/** What calls are said to be a part of. */
function recordParents() {
  const parents: [string, string | undefined][] = [];
  const start: Tracer["start"] = (name, { parent, ...rest }) => {
    parents.push([name, parent]);
    return noTracer.start(name, { ...rest, parent });
  };
  return { tracer: { ...noTracer, isOn: true, start }, parents };
}

const ccOf = (error: unknown) => (error instanceof TRPCClientError ? (error.data as { cc: unknown }).cc : error);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const follow = (id: number, sessionId: SessionId, lastEventId?: string) => ({
  id,
  method: "subscription",
  params: { path: "events.follow", input: { sessionId }, ...(lastEventId !== undefined && { lastEventId }) },
});
const large = (turnId: Parameters<typeof agentMessage>[0]) =>
  agentMessage(turnId, { type: "assistant", text: "x".repeat(500_000) });

async function open(t: TestRest): Promise<TestSocket> {
  return openSocket(`${t.url}/trpc`, { token: t.token });
}

describe("the stock client over a WebSocket", () => {
  it("queries, mutates and follows, and meets the errors of the table", async () => {
    await using t = await openTestRest();
    const client = createStockClient(t);
    const sessionId = await t.openSession();
    const { seqs } = followAll(client, sessionId);
    const turn = await client.chat.send.mutate({ sessionId, prompt: "hi", idempotencyKey: "k" });
    await t.ingest(sessionId, resultMessage(turn.id));
    const { lastSeq } = await client.sessions.get.query({ sessionId });
    await expect.poll(() => seqs).toEqual(range(1, lastSeq));
    const prompt = "x".repeat(MAX_PROMPT_BYTES + 1);
    const refused = await client.chat.send.mutate({ sessionId, prompt, idempotencyKey: "l" }).catch(ccOf);
    expect(refused).toMatchObject({ code: "PROMPT_TOO_LARGE", hint: expect.any(String), retry: "never" });
    const missing = { sessionId: "00000000-0000-4000-8000-000000000000" as SessionId };
    expect(await client.sessions.get.query(missing).catch(ccOf)).toMatchObject({ code: "SESSION_NOT_FOUND" });
    expect(ccOf(await followAll(client, missing.sessionId).ended)).toMatchObject({ code: "SESSION_NOT_FOUND" });
  });

  it("follows from where it is told to, and is told of the session's end", async () => {
    await using t = await openTestRest();
    const sessionId = await t.openSession();
    await t.ingest(sessionId, resultMessage(await t.send(sessionId)));
    const { seqs, ended } = followAll(createStockClient(t), sessionId, 3);
    await expect.poll(() => seqs.at(0)).toBe(4);
    await t.core.sessions.delete({ owner: "ann", sessionId });
    expect(ccOf(await ended)).toMatchObject({ code: "SESSION_NOT_FOUND" });
  });

  it("is told why its token is not taken, and hung up on", async () => {
    await using t = await openTestRest("ann", { socketTimes: { helloWithinMs: 300, beatMs: 1000 } });
    const client = createStockClient(t, () => "Bearer not.a.token");
    expect(await client.sessions.list.query({}).catch(ccOf)).toMatchObject({ code: "TOKEN_INVALID" });
    const socket = await openSocket(`${t.url}/trpc?connectionParams=1`);
    expect((await socket.closed).code).toBe(4401);
  });

  it("names the trace that its calls are a part of, in the connection params or as a header", async () => {
    const { tracer, parents } = recordParents();
    await using t = await openTestRest("ann", { tracer });
    const sessionId = await t.openSession();
    const [inParams, inHeader] = [placeIn("a"), placeIn("b")];
    const socket = await openSocket(`${t.url}/trpc?connectionParams=1`);
    socket.send({ method: "connectionParams", data: { authorization: `Bearer ${t.token}`, traceparent: inParams } });
    const list = { id: 1, method: "query", params: { path: "sessions.list", input: {} } };
    socket.send(list);
    await socket.until(({ id }) => id === 1);
    const told = await openSocket(`${t.url}/trpc`, { token: t.token, headers: { traceparent: inHeader } });
    told.send(list);
    await told.until(({ id }) => id === 1);
    const at = `${t.url}/api/v1/sessions/${sessionId}/stream`;
    const stream = await openSocket(at, { token: t.token, headers: { traceparent: inHeader } });
    stream.send({ type: "prompt", prompt: "hi" });
    await expect
      .poll(() => parents)
      .toEqual([
        ["sessions.list", inParams],
        ["sessions.list", inHeader],
        ["chat.send", inHeader],
      ]);
  });

  it("comes back with a new token when its token is over, and misses nothing", async () => {
    await using t = await openTestRest();
    const sessionId = await t.openSession();
    const short = await signToken("ann", Math.floor(Date.now() / 1000) + 2);
    const tokens = [short];
    let asked = 0;
    const { seqs } = followAll(
      createStockClient(t, () => {
        asked += 1;
        return `Bearer ${tokens.shift() ?? t.token}`;
      }),
      sessionId,
    );
    await expect.poll(() => seqs).toEqual([1, 2]);
    await expect.poll(() => asked).toBe(2);
    await t.ingest(sessionId, agentMessage(undefined, { type: "system" }));
    await expect.poll(() => seqs).toEqual([1, 2, 3]);
  });
});

describe("a socket of calls", () => {
  it("sends an event as the text that was stored", async () => {
    await using t = await openTestRest();
    const sessionId = await t.openSession();
    const [{ json } = { json: "" }] = await t.core.events.read({ owner: "ann", sessionId, after: 0, limit: 1 });
    const socket = await open(t);
    const texts: string[] = [];
    socket.ws.on("message", (data) => texts.push((data as Buffer).toString()));
    socket.send(follow(7, sessionId));
    await socket.until(({ result }) => result?.id === "1");
    expect(texts[1]).toBe(`{"id":7,"result":{"type":"data","id":"1","data":{"id":"1","data":${json}}}}`);
  });

  it("ends a subscription when it is told to, and takes its id again", async () => {
    await using t = await openTestRest();
    const sessionId = await t.openSession();
    const socket = await open(t);
    socket.send(follow(1, sessionId));
    await socket.until(({ result }) => result?.id === "2");
    socket.send(follow(1, sessionId));
    expect((await socket.until(({ error }) => error)).error.data.cc).toMatchObject({ code: "REQUEST_INVALID" });
    expect(t.followers()).toBe(1);
    socket.send({ id: 1, method: "subscription.stop" });
    await socket.until(({ result }) => result?.type === "stopped");
    expect(t.followers()).toBe(0);
    socket.send(follow(1, sessionId, "1"));
    await expect.poll(() => socket.messages.filter(({ result }) => result?.id === "2")).toHaveLength(2);
  });

  it("takes any number of subscriptions in one message, up to the owner's limit", async () => {
    await using t = await openTestRest("ann", { limits: { subscriptions: 60 } });
    const sessionId = await t.openSession();
    const socket = await open(t);
    socket.send(range(1, 61).map((id) => follow(id, sessionId)));
    const refused = await socket.until(({ error }) => error);
    expect(refused).toMatchObject({ error: { data: { cc: { code: "SUBSCRIPTION_LIMIT_REACHED" } } } });
    await expect.poll(() => t.followers()).toBe(60);
    socket.ws.close();
    await expect.poll(() => t.followers()).toBe(0);
    const next = await open(t);
    next.send(follow(1, sessionId));
    await next.until(({ result }) => result?.id === "1");
  });

  it("counts every call", async () => {
    await using t = await openTestRest("ann", { limits: { requestsPerSecond: 1 } });
    const socket = await open(t);
    socket.send(range(1, 5).map((id) => ({ id, method: "query", params: { path: "sessions.list", input: {} } })));
    const { error } = await socket.until((message) => message.error);
    expect(error.data.cc).toMatchObject({ code: "REQUEST_LIMIT_REACHED", retryAfterSeconds: 1 });
  });

  it("waits for a slow reader with little in hand, while others are served", async () => {
    await using t = await openTestRest();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const slow = await open(t);
    slow.send(follow(1, sessionId));
    await slow.until(({ result }) => result?.id === "1");
    slow.ws.pause();
    const before = t.pages();
    for (let n = 0; n < 200; n += 1) await t.ingest(sessionId, large(turnId));
    const { lastSeq } = await t.core.sessions.get({ owner: "ann", sessionId });
    const other = await open(t);
    other.send(follow(1, sessionId, String(lastSeq - 10)));
    await other.until(({ result }) => result?.id === String(lastSeq));
    expect(t.pages() - before).toBeLessThan(30); // of more than 200, each of a megabyte at most
    slow.ws.resume();
    await slow.until(({ result }) => result?.id === String(lastSeq));
    const ids = slow.messages.flatMap(({ result }) => (result?.type === "data" ? [Number(result.id)] : []));
    expect(ids).toEqual(range(1, lastSeq));
  });

  it("reads no further calls of who does not read their answers", async () => {
    await using t = await openTestRest();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    for (let n = 0; n < 4; n += 1) await t.ingest(sessionId, large(turnId));
    const socket = await open(t);
    socket.ws.pause();
    const call = (id: number) => ({ id, method: "query", params: { path: "events.list", input: { sessionId } } });
    for (const id of range(1, 60)) socket.send(call(id));
    await expect.poll(() => t.pages()).toBeGreaterThan(0);
    await new Promise((resolve) => setImmediate(resolve));
    const read = t.pages();
    expect(read).toBeLessThan(30);
    socket.ws.resume();
    await expect.poll(() => socket.messages.length).toBe(60);
    expect(t.errors).toEqual([]);
  });

  it("reads nothing of a message after what cannot be read", async () => {
    await using t = await openTestRest();
    const socket = await openSocket(`${t.url}/trpc`);
    socket.send([1, { id: 1, method: "query", params: { path: "sessions.list", input: {} } }]);
    socket.send("PING");
    await socket.until((message) => message === "PONG");
    expect(socket.messages).toMatchObject([{ id: null }, "PONG"]);
  });

  it("serves others between the calls of one message", async () => {
    await using t = await openTestRest();
    const socket = await open(t);
    const other = await open(t);
    const calls = range(1, 2000).map((id) => ({ id, method: "query", params: { path: "nope" } }));
    socket.send(calls);
    await socket.until(({ id }) => id === 1);
    other.send("PING");
    await other.until((message) => message === "PONG");
    expect(socket.messages.length).toBeLessThan(1000);
    await socket.until(({ id }) => id === 2000);
  });

  it("refuses a subscription whose input is no object, however long it is", async () => {
    await using t = await openTestRest();
    const socket = await open(t);
    socket.send({ id: 1, method: "subscription", params: { path: "events.follow", input: "x".repeat(1000) } });
    const { error } = await socket.until((message) => message.error);
    expect(error.data.cc).toMatchObject({ code: "REQUEST_INVALID", message: expect.stringMatching(/expected object/) });
    expect(error.message).not.toContain("999");
  });

  it.each([
    ["in its first message", "?connectionParams=1"],
    ["in a call", ""],
  ])("reads nothing long %s of who has no valid token", async (_where, query) => {
    await using t = await openTestRest();
    const parse = vi.spyOn(JSON, "parse");
    onTestFinished(() => parse.mockRestore());
    const socket = await openSocket(`${t.url}/trpc${query}`);
    socket.send(`{"padding":"${"x".repeat(100_000)}"}`);
    expect((await socket.closed).code).toBe(4401);
    expect(parse.mock.calls.filter(([text]) => text.includes("padding"))).toEqual([]);
  });
});

it("nothing is read of what somebody sends to a procedure over HTTP who has no valid token", async () => {
  await using t = await openTestRest();
  const parse = vi.spyOn(JSON, "parse");
  onTestFinished(() => parse.mockRestore());
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${t.url}/trpc/chat.send`, { method: "POST", headers, body: '{"padding":"x"}' });
  expect(answer.status).toBe(401);
  expect(parse.mock.calls.filter(([text]) => text.includes("padding"))).toEqual([]);
});
