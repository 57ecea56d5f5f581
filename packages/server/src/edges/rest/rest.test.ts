import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { resultMessage } from "../../core/core.test-helper.ts";
import { openTestRest } from "./rest.test-helper.ts";

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
const PROBLEM = "application/problem+json";

describe("REST", () => {
  it("creates a session with the names of the specification, and reads it back", async () => {
    await using t = await openTestRest();
    const body = { workspace: { type: "ephemeral" }, config: { timeout_seconds: 60, system_prompt: "Be brief." } };
    const created = await t.request("POST", "/sessions", { body });
    expect(created).toMatchObject({ status: 201, body: { status: "starting", config: body.config, created_at: ISO } });
    const at = `/api/v1/sessions/${created.body.session_id}/stream`;
    expect(created.body.websocket_url).toBe(`${t.url.replace("http", "ws")}${at}`);
    const proxied = { headers: { "x-forwarded-proto": "https" } };
    expect((await t.request("GET", "/sessions", proxied)).body.sessions[0].websocket_url).toMatch(/^wss:/);
    const path = `/sessions/${created.body.session_id}`;
    expect(created.headers.get("location")).toBe(`/api/v1${path}`);
    const read = await t.request("GET", path);
    expect(read).toMatchObject({ status: 200, body: { total_turns: 0, total_cost_usd: 0, last_activity: ISO } });
    expect(Object.keys(read.body).filter((name) => !/^[a-z_]+$/.test(name))).toEqual([]);
  });

  it("makes one session of one Idempotency-Key", async () => {
    await using t = await openTestRest();
    const headers = { "idempotency-key": "k" };
    const [one, same] = [
      await t.request("POST", "/sessions", { headers }),
      await t.request("POST", "/sessions", { headers }),
    ];
    expect(same.body.session_id).toBe(one.body.session_id);
    const other = await t.request("POST", "/sessions", { headers, body: { config: { model: "opus" } } });
    expect(other).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_REUSED", retry: "never" } });
  });

  it("lists by offset with the total, and by cursor", async () => {
    await using t = await openTestRest();
    const ids = [await t.openSession(), await t.openSession(), await t.openSession()].toReversed();
    const page = await t.request("GET", "/sessions?status=idle&limit=2&offset=1");
    expect(page.body).toMatchObject({ total: 3, limit: 2, offset: 1 });
    expect(page.body.sessions.map((one: { session_id: string }) => one.session_id)).toEqual(ids.slice(1));
    expect((await t.request("GET", "/sessions")).body).toMatchObject({ total: 3, limit: 50, offset: 0 });
    const first = await t.request("GET", "/sessions?limit=2");
    const next = await t.request("GET", `/sessions?limit=2&cursor=${first.body.next_cursor}`);
    expect(next.body).toEqual({ sessions: [expect.objectContaining({ session_id: ids[2] })], limit: 2 });
  });

  it("has a prompt take no longer than it may", async () => {
    await using t = await openTestRest();
    const path = `/sessions/${await t.openSession()}/chat`;
    const long = await t.request("POST", path, { body: { prompt: "hi", stream: true, timeout_seconds: 3601 } });
    expect(long).toMatchObject({ status: 400, body: { code: "TIMEOUT_TOO_LONG" } });
    expect(long.body.detail).toBe("timeout_seconds is 3601 s, at most 3600 s are allowed.");
    const body = { prompt: "hi", stream: true, timeout_seconds: 300 };
    expect(await t.request("POST", path, { body })).toMatchObject({ status: 202 });
  });

  it("accepts a prompt with stream, and tells what has come of it", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    const sent = await t.request("POST", `/sessions/${id}/chat`, { body: { prompt: "hi", stream: true } });
    const { message_id } = sent.body;
    expect(sent).toMatchObject({ status: 202, body: { message_id, status: "processing" } });
    const path = `/sessions/${id}/messages/${message_id}`;
    expect(sent.headers.get("location")).toBe(`/api/v1${path}`);
    expect((await t.request("GET", path)).body).toMatchObject({ status: "processing", turn_status: "running" });
    await t.ingest(id, resultMessage(message_id, { usage: { input_tokens: 500, output_tokens: 200 } }));
    const result = {
      type: "result",
      subtype: "success",
      result: "done",
      usage: { input_tokens: 500, output_tokens: 200 },
    };
    expect((await t.request("GET", path)).body).toMatchObject({ message_id, status: "completed", result });
  });

  it("waits for the result without stream; the same key once more is the same message", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    const ask = { body: { prompt: "hi" }, headers: { "idempotency-key": "k" } };
    const waiting = t.request("POST", `/sessions/${id}/chat`, ask);
    await expect.poll(async () => (await t.store.findSession(id))?.runningTurn).toBeDefined();
    const turnId = (await t.store.findSession(id))?.runningTurn ?? (randomUUID() as never);
    await t.ingest(id, resultMessage(turnId, { duration_ms: 5 }));
    const answer = await waiting;
    expect(answer).toMatchObject({ status: 200, body: { message_id: turnId, type: "result", result: "done" } });
    expect(answer.body).toHaveProperty("total_cost_usd");
    expect((await t.request("POST", `/sessions/${id}/chat`, ask)).body).toEqual(answer.body);
  });

  it("answers a prompt that fails with the turn's error and the message's id", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    const waiting = t.request("POST", `/sessions/${id}/chat`, { body: { prompt: "hi" } });
    await expect.poll(async () => (await t.store.findSession(id))?.runningTurn).toBeDefined();
    const turnId = (await t.store.findSession(id))?.runningTurn;
    expect((await t.request("POST", `/sessions/${id}/stop`)).body).toMatchObject({ session_id: id, status: "stopped" });
    expect(await waiting).toMatchObject({ status: 409, body: { code: "SESSION_STOPPED", message_id: turnId } });
    const message = await t.request("GET", `/sessions/${id}/messages/${turnId}`);
    expect(message.body).toMatchObject({ status: "failed", turn_status: "failed", error: { code: "SESSION_STOPPED" } });
  });

  it("pauses, resumes, interrupts, forks and deletes", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    expect((await t.request("POST", `/sessions/${id}/pause`)).body).toMatchObject({ status: "paused" });
    expect((await t.request("POST", `/sessions/${id}/resume`, { body: {} })).body).toMatchObject({ status: "idle" });
    const turnId = await t.send(id);
    const path = `/sessions/${id}/interrupt`;
    expect(await t.request("POST", path)).toMatchObject({ status: 200, body: { message_id: turnId } });
    await t.ingest(id, resultMessage(turnId));
    const forked = await t.request("POST", `/sessions/${id}/fork`, { body: { message_id: turnId } });
    expect(forked).toMatchObject({ status: 201, body: { forked_from: { session_id: id, message_id: turnId } } });
    expect(await t.request("DELETE", `/sessions/${id}`)).toMatchObject({ status: 204, body: undefined });
    expect(await t.request("GET", `/sessions/${id}`)).toMatchObject({
      status: 404,
      body: { code: "SESSION_NOT_FOUND" },
    });
  });

  it("reads events with the names of REST around messages that stay as they are", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    const turnId = await t.send(id, "hi");
    await t.ingest(id, resultMessage(turnId, { camelCase: { innerName: 1 } }));
    const { body } = await t.request("GET", `/sessions/${id}/events?after=2&limit=50`);
    const byType = new Map(body.events.map((event: { type: string }) => [event.type, event]));
    expect(body.events[0]).toMatchObject({ seq: 3, session_id: id, message_id: turnId });
    expect(byType.get("agent.result")).toMatchObject({ data: { camelCase: { innerName: 1 } } });
    expect(byType.get("turn.completed")).toMatchObject({ data: { result: { text: "done", duration_ms: 0 } } });
    const shaped = await t.request("GET", `/sessions/${id}/events?after=2&format=normalized`);
    expect(shaped.body.events.find((event: { type: string }) => event.type === "agent.result").data).toEqual({
      subtype: "success",
      result: "done",
      usage: { input_tokens: 0, output_tokens: 0 },
    });
    expect((await t.request("GET", `/sessions/${id}/events?format=xml`)).body.detail).toMatch(/^format: /);
  });

  it("says to who asks too often when to come back", async () => {
    await using t = await openTestRest("ann", { limits: { requestsPerSecond: 1 } });
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push(await t.request("GET", "/sessions"));
    expect(answers.find(({ status }) => status === 429)).toMatchObject({ body: { code: "REQUEST_LIMIT_REACHED" } });
    expect(answers.find(({ status }) => status === 429)?.headers.get("retry-after")).toBe("1");
  });

  it("answers what it cannot serve with a problem, and says which methods there are", async () => {
    await using t = await openTestRest();
    const lost = await t.request("GET", "/nowhere");
    expect(lost).toMatchObject({
      status: 404,
      body: { type: "/docs#ROUTE_NOT_FOUND", title: "Route not found", status: 404 },
    });
    expect(lost.headers.get("content-type")).toBe(PROBLEM);
    const wrong = await t.request("PUT", "/sessions");
    expect(wrong).toMatchObject({ status: 405, body: { code: "METHOD_NOT_ALLOWED" } });
    expect(wrong.headers.get("allow")).toBe("POST, GET, HEAD");
    for (const path of ["/sessions//chat", "/sessions/a/b/c", "", "/"])
      expect(await t.request("GET", path)).toMatchObject({ status: 404, body: { code: "ROUTE_NOT_FOUND" } });
    const socket = await t.request("GET", "/sessions/a/stream");
    expect(socket).toMatchObject({ status: 426, body: { code: "UPGRADE_REQUIRED" } });
    expect(socket.headers.get("upgrade")).toBe("websocket");
    const long = await t.request("GET", `/sessions/${"x".repeat(6000)}`);
    expect(long).toMatchObject({ status: 400, body: { code: "REQUEST_INVALID" } });
    expect(long.body.detail.length).toBeLessThan(1000);
    const form = await t.request("POST", "/sessions", { text: "a=b", headers: { "content-type": "text/plain" } });
    expect(form).toMatchObject({ status: 415, body: { code: "CONTENT_TYPE_UNSUPPORTED" } });
    const large = await t.request("POST", "/sessions", { text: `"${"x".repeat(5 * 1024 * 1024)}"` });
    expect(large).toMatchObject({ status: 413, body: { code: "BODY_TOO_LARGE" } });
    const broken = await t.request("POST", "/sessions", { text: '{"config":' });
    expect(broken).toMatchObject({ status: 400, body: { code: "REQUEST_INVALID" } });
    expect(await t.request("GET", "/sessions/%ZZ")).toMatchObject({ status: 400, body: { code: "REQUEST_INVALID" } });
    expect(t.errors).toEqual([]);
  });

  it("names what is wrong by the names of REST", async () => {
    await using t = await openTestRest();
    const says = async (path: string, body: unknown) => (await t.request("POST", path, { body })).body.detail;
    expect(await says("/sessions", { config: { system_prompt: 1 } })).toMatch(/^config\.system_prompt: /);
    expect(await says("/sessions", { config: { systemPrompt: "x" } })).toBe(
      "config.systemPrompt: there is no such field",
    );
    expect(await says("/sessions", { idempotency_key: "k" })).toBe("idempotency_key: there is no such field");
    expect(await says("/sessions", { workspace: { type: "persistent" } })).toMatch(/^workspace\.type: /);
    expect(await says("/sessions", { config: { timeout_seconds: 3601, park_after: 601 } })).toMatch(
      /park_after is 601 s.*; timeout_seconds is 3601 s/,
    );
    expect(await says("/sessions/x/chat", { prompt: "hi" })).toMatch(/^session_id: /);
    expect((await t.request("GET", "/sessions?limit=many")).body.detail).toMatch(/^limit: /);
    expect((await t.request("GET", "/sessions?limit=1&limit=2")).status).toBe(400);
    expect((await t.request("GET", "/sessions?cursor=1&offset=1")).body.detail).toMatch(/^offset: /);
  });

  it("takes a tool's input as it is, and none that is too deep to be written again", async () => {
    await using t = await openTestRest();
    const id = await t.openSession("ann", { permissionMode: "ask" });
    const turnId = await t.send(id);
    await t.ingest(id, { kind: "approval", turnId, key: "k", toolName: "Bash", input: { someName: "ls" } });
    const { approvals } = (await t.request("GET", `/approvals?state=open&session_id=${id}`)).body;
    expect(approvals).toMatchObject([
      { state: "open", tool_name: "Bash", input: { someName: "ls" }, message_id: turnId },
    ]);
    const path = `/approvals/${approvals[0].approval_id}`;
    const deep = `{"decision":"allow","updated_input":{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}}`;
    const refused = await t.request("POST", `${path}/answer`, { text: deep });
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/^updated_input: nests/) } });
    const body = { decision: "allow", updated_input: { otherName: "\ud800" } };
    const answered = await t.request("POST", `${path}/answer`, { body });
    expect(answered).toMatchObject({ status: 200, body: { state: "allowed", answered_by: "ann", answer: body } });
    expect((await t.request("GET", path)).body).toEqual(answered.body);
    const other = await t.request("POST", `${path}/answer`, { body: { decision: "deny" } });
    expect(other).toMatchObject({ status: 409, body: { code: "APPROVAL_ANSWERED" } });
  });

  it("says with the session what was allowed for good, and withdraws it by PATCH", async () => {
    await using t = await openTestRest();
    const id = await t.openSession("ann", { permissionMode: "ask" });
    const turnId = await t.send(id);
    await t.ingest(id, { kind: "approval", turnId, key: "k", toolName: "Bash", input: {} });
    const { approvals } = (await t.request("GET", `/approvals?session_id=${id}`)).body;
    const answer = (body: object) => t.request("POST", `/approvals/${approvals[0].approval_id}/answer`, { body });
    for (const body of [
      { decision: "deny", rule: "Bash" },
      { decision: "allow", rule: "Write" },
      { decision: "allow", rule: "rm" },
    ])
      expect(await answer(body)).toMatchObject({ status: 400, body: { code: "REQUEST_INVALID" } });
    await answer({ decision: "allow", rule: "Bash" });
    expect((await t.request("GET", `/sessions/${id}`)).body).toMatchObject({ allowed_rules: ["Bash"] });
    const patch = (body: object) => t.request("PATCH", `/sessions/${id}`, { body });
    expect(await patch({})).toMatchObject({ status: 400, body: { code: "REQUEST_INVALID" } });
    const refused = await patch({ allowed_rules: ["Read"] });
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining("allowed_rules") } });
    expect((await patch({ allowed_rules: [] })).body).not.toHaveProperty("allowed_rules");
  });

  it("asks for a token before it reads anything else, and counts what it refuses", async () => {
    await using t = await openTestRest();
    const refused = await t.request("POST", "/sessions", { text: "{", headers: { authorization: "" } });
    expect(refused).toMatchObject({ status: 401, body: { code: "TOKEN_MISSING" } });
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
    const read = await t.request("GET", "/sessions?no_such=1", { headers: { authorization: "" } });
    expect(read).toMatchObject({ status: 401, body: { code: "TOKEN_MISSING" } });
    expect((await t.meter.render()).text).toContain('cc_docker_refusals_total{code="TOKEN_MISSING"} 2');
    expect(await t.request("GET", "/health", { headers: { authorization: "" } })).toMatchObject({
      status: 200,
      body: { status: "healthy", components: { database: "healthy" } },
    });
  });
});
