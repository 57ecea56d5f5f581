import { MAX_PROMPT_BYTES, type SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { agentMessage, resultMessage } from "../../../core/core.test-helper.ts";
import { openSocket, type SocketOptions, tryOpen } from "../../socket.test-helper.ts";
import { openTestRest, signToken, type TestRest, type TestRestOptions } from "../rest.test-helper.ts";

const pathOf = (sessionId: string, query = "") => `/api/v1/sessions/${sessionId}/stream${query}`;
const open = (t: TestRest, sessionId: SessionId, query = "", options: SocketOptions = { token: t.token }) =>
  openSocket(`${t.url}${pathOf(sessionId, query)}`, options);
const isResult = ({ type }: { type: string }) => type === "result";

async function start(options: TestRestOptions = {}) {
  const t = await openTestRest("ann", options);
  return { t, sessionId: await t.openSession(), [Symbol.asyncDispose]: t[Symbol.asyncDispose] };
}

/** The agent says something, calls a tool and comes to a result. */
async function playTurn(t: TestRest, sessionId: SessionId, turnId: Awaited<ReturnType<TestRest["send"]>>) {
  const content = [
    { type: "text", text: "I look." },
    { type: "tool_use", id: "c1", name: "Read", input: { file_path: "/workspace/a" } },
  ];
  const partial = agentMessage(turnId, { type: "stream_event", event: {} });
  await t.ingest(sessionId, partial, agentMessage(turnId, { type: "assistant", message: { content } }));
  await t.ingest(sessionId, resultMessage(turnId, { total_cost_usd: 0.5, usage: { input_tokens: 3 } }));
}

async function turnOf(t: TestRest, sessionId: SessionId) {
  const running = () => t.core.sessions.get({ owner: "ann", sessionId });
  await expect.poll(async () => (await running()).status).toBe("running");
  const events = await t.readEvents(sessionId);
  return events.findLast(({ type }) => type === "turn.queued")?.turnId as Awaited<ReturnType<TestRest["send"]>>;
}

describe("a session's socket", () => {
  it("takes a prompt and sends what comes of it, in the shapes of the specification", async () => {
    await using s = await start();
    const { t, sessionId } = s;
    const socket = await open(t, sessionId);
    socket.send({ type: "prompt", prompt: "hi" });
    const turnId = await turnOf(t, sessionId);
    await playTurn(t, sessionId, turnId);
    await socket.until(isResult);
    const message_id = turnId;
    const events = await t.readEvents(sessionId);
    const seqOf = (wanted: string) => events.find(({ type }) => type === wanted)?.seq;
    expect(socket.messages).toEqual([
      { type: "assistant", message: { type: "text", text: "I look." }, message_id },
      {
        type: "tool_use",
        tool: "Read",
        input: { file_path: "/workspace/a" },
        tool_use_id: "c1",
        message_id,
        seq: seqOf("agent.assistant"),
      },
      {
        type: "result",
        subtype: "success",
        result: "done",
        total_cost_usd: 0.5,
        usage: expect.objectContaining({ input_tokens: 3 }),
        duration_ms: 0,
        api_calls: 0,
        message_id,
        seq: seqOf("turn.completed"),
      },
    ]);
  });

  it("sends Claude Code's own messages with format=raw, and its result once", async () => {
    await using s = await start();
    const { t, sessionId } = s;
    const socket = await open(t, sessionId, "?format=raw");
    await playTurn(t, sessionId, await t.send(sessionId));
    await t.core.sessions.stop({ owner: "ann", sessionId });
    await socket.until(({ event }) => event === "session_stopped");
    expect(socket.messages.map(({ type }) => type)).toEqual(["stream_event", "assistant", "result", "system"]);
    expect(socket.messages[1]).toMatchObject({ message: { content: [{ type: "text" }, { type: "tool_use" }] } });
  });

  it("goes on after the event that is named, and without one with what is to come", async () => {
    await using s = await start();
    const { t, sessionId } = s;
    const first = await t.send(sessionId);
    await playTurn(t, sessionId, first);
    const all = await open(t, sessionId, "?after=0");
    const { seq } = await all.until(isResult);
    expect(all.messages[0]).toMatchObject({ type: "system", event: "session_started", data: { reason: "ready" } });
    const [later, fresh] = [await open(t, sessionId, `?after=${seq - 2}`), await open(t, sessionId)];
    await t.core.sessions.stop({ owner: "ann", sessionId });
    for (const socket of [all, later, fresh]) await socket.until(({ event }) => event === "session_stopped");
    expect(later.messages.map(({ type }) => type)).toEqual(["result", "system"]);
    expect(fresh.messages).toMatchObject([{ type: "system", event: "session_stopped", data: { reason: "requested" } }]);
  });

  it("takes a prompt with the same key once", async () => {
    await using s = await start();
    const { t, sessionId } = s;
    const prompt = { type: "prompt", prompt: "hi", idempotency_key: "k" };
    for (const socket of [await open(t, sessionId), await open(t, sessionId)]) {
      socket.send(prompt);
      socket.send({ type: "ping" });
      await socket.until(({ type }) => type === "pong");
    }
    const events = await t.readEvents(sessionId);
    expect(events.filter(({ type }) => type === "turn.queued")).toHaveLength(1);
  });

  it("says what a prompt came to that had no answer", async () => {
    await using s = await start();
    const { t, sessionId } = s;
    const [socket, raw] = [await open(t, sessionId), await open(t, sessionId, "?format=raw")];
    const turnId = await t.send(sessionId);
    await t.core.sessions.stop({ owner: "ann", sessionId });
    const { error, ...said } = await socket.until(isResult);
    expect(said).toMatchObject({ subtype: "error", message_id: turnId });
    expect(error).toMatchObject({ code: "SESSION_STOPPED", hint: expect.any(String), retry: expect.any(String) });
    expect(await raw.until(({ event }) => event === "error")).toMatchObject({ data: error, message_id: turnId });
  });

  it("answers a wrong message with the error of the table, and goes on", async () => {
    await using s = await start();
    const socket = await open(s.t, s.sessionId);
    const wrong = [
      ["{", "REQUEST_INVALID", "must be a JSON object"],
      ["[]", "REQUEST_INVALID", "must be a JSON object"],
      [{ type: "nope" }, "REQUEST_INVALID", 'type: must be "prompt" or "ping"'],
      [{ type: "constructor" }, "REQUEST_INVALID", "type: must be"],
      [{ type: "ping", more: 1 }, "REQUEST_INVALID", "more: there is no such field"],
      [{ type: "prompt" }, "REQUEST_INVALID", "prompt: "],
      [{ type: "prompt", prompt: 1 }, "REQUEST_INVALID", "prompt: "],
      [{ type: "prompt", prompt: "x", session_id: s.sessionId }, "REQUEST_INVALID", "session_id: there is no such"],
      [{ type: "prompt", prompt: "x", timeout_seconds: "y" }, "REQUEST_INVALID", "timeout_seconds: "],
      [{ type: "prompt", prompt: " " }, "PROMPT_EMPTY", "prompt"],
      [{ type: "prompt", prompt: "x".repeat(MAX_PROMPT_BYTES + 1) }, "PROMPT_TOO_LARGE", "bytes"],
    ] as const;
    for (const [message] of wrong) socket.send(message);
    socket.send({ type: "ping" });
    await socket.until(({ type }) => type === "pong");
    const answers = socket.messages.slice(0, -1).map(({ type, event, data }) => ({ type, event, data }));
    const expected = wrong.map(([, code, words]) => ({
      type: "system",
      event: "error",
      data: {
        code,
        message: expect.stringContaining(words),
        hint: expect.any(String),
        retry: "never",
        request_id: expect.any(String),
      },
    }));
    expect(answers).toEqual(expected);
  });

  it("ends with 4404 when the session is deleted, and with 4401 when the token is over", async () => {
    await using s = await start();
    const { t, sessionId } = s;
    const token = await signToken("ann", Math.floor(Date.now() / 1000) + 2);
    const short = await open(t, sessionId, "", { token });
    expect(await short.closed).toMatchObject({ code: 4401 });
    const socket = await open(t, sessionId);
    await t.core.sessions.delete({ owner: "ann", sessionId });
    expect(await socket.closed).toMatchObject({ code: 4404 });
    expect(socket.messages.at(-1)).toMatchObject({ event: "error", data: { code: "SESSION_NOT_FOUND" } });
    expect(t.followers()).toBe(0);
  });

  it("waits for a slow reader, while another is served", async () => {
    await using s = await start();
    const { t, sessionId } = s;
    const turnId = await t.send(sessionId);
    const slow = await open(t, sessionId, "?after=0");
    slow.ws.pause();
    const content = [{ type: "text", text: "x".repeat(500_000) }];
    for (let n = 0; n < 100; n += 1)
      await t.ingest(sessionId, agentMessage(turnId, { type: "assistant", message: { content } }));
    const other = await open(t, sessionId);
    await t.ingest(sessionId, resultMessage(turnId));
    await other.until(isResult);
    expect(t.pages()).toBeLessThan(30); // of more than 100, each of a megabyte at most
    slow.ws.resume();
    await slow.until(isResult);
    expect(slow.messages.filter(({ type }) => type === "assistant")).toHaveLength(100);
  });
});

describe("whoever may not open a session's socket", () => {
  it("is told so over plain HTTP, in the words of REST", async () => {
    await using s = await start({ limits: { subscriptions: 1 } });
    const { t, sessionId } = s;
    const ask = (path: string, options: SocketOptions = { token: t.token }) => tryOpen(`${t.url}${path}`, options);
    const problem = (status: number, code: string) => ({
      status,
      type: "application/problem+json",
      body: { status, code, hint: expect.any(String) },
    });
    expect(await ask(pathOf(sessionId), {})).toMatchObject(problem(401, "TOKEN_MISSING"));
    expect(await ask(pathOf(sessionId, `?token=${t.token}`), {})).toMatchObject(problem(401, "TOKEN_MISSING"));
    expect(await ask(pathOf(sessionId), { token: "x.y.z" })).toMatchObject(problem(401, "TOKEN_INVALID"));
    expect(await ask(pathOf(sessionId, "?after=-1"))).toMatchObject(problem(400, "REQUEST_INVALID"));
    expect(await ask(pathOf(sessionId, "?nope=1"))).toMatchObject(problem(400, "REQUEST_INVALID"));
    expect(await ask(pathOf("nope"))).toMatchObject(problem(400, "REQUEST_INVALID"));
    expect(await ask("/api/v1/nope")).toMatchObject(problem(404, "ROUTE_NOT_FOUND"));
    const headers = { origin: "https://elsewhere.example" };
    expect(await ask(pathOf(sessionId), { token: t.token, headers })).toMatchObject(problem(403, "ORIGIN_REFUSED"));
    await open(t, sessionId);
    expect(await ask(pathOf(sessionId))).toMatchObject(problem(429, "SUBSCRIPTION_LIMIT_REACHED"));
  });

  it("cannot tell another owner's session from none", async () => {
    await using s = await start();
    const { t } = s;
    const foreign = await t.openSession("bob");
    const none = "00000000-0000-4000-8000-000000000000";
    const ask = (id: string) => tryOpen(`${t.url}${pathOf(id)}`, { token: t.token });
    const [one, other] = [await ask(foreign), await ask(none)];
    expect(JSON.stringify(one).replaceAll(foreign, none)).toBe(JSON.stringify(other));
    expect(other).toMatchObject({ status: 404, body: { code: "SESSION_NOT_FOUND" } });
  });

  it("may hand over its token as a subprotocol", async () => {
    await using s = await start();
    const { t, sessionId } = s;
    const socket = await open(t, sessionId, "", { protocols: ["bearer", t.token] });
    expect(socket.ws.protocol).toBe("bearer");
    socket.send({ type: "ping" });
    await socket.until(({ type }) => type === "pong");
  });
});
