import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { verifyAudit } from "../core/audit/audit-chain.ts";
import { openTestRest, type TestRest } from "./rest/rest.test-helper.ts";
import { ROUTES } from "./rest/table/routes.ts";
import { openSocket } from "./socket.test-helper.ts";
import { rootRouter } from "./trpc/root-router.ts";

const PROCEDURES: unknown = rootRouter._def.procedures; // flat, by path
const TYPES = Object.entries(PROCEDURES as Record<string, { _def: { type: string } }>);

function pathsOf(mutating: boolean): string[] {
  return TYPES.filter(([, { _def }]) => (_def.type === "mutation") === mutating).map(([path]) => path);
}

const CHANGES = ROUTES.filter(({ call: path }) => pathsOf(true).includes(path)).map((row) => [row.id, row] as const);

function call(t: TestRest, path: string, input: unknown, headers: Record<string, string> = {}) {
  return fetch(`${t.url}/trpc/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${t.token}`, "content-type": "application/json", ...headers },
    body: typeof input === "string" ? input : JSON.stringify(input),
  });
}

function rowsOf(t: TestRest) {
  return t.store.readAudit({ after: 0, limit: 1000 });
}

describe("the audit log of the edges", () => {
  it.each(pathsOf(true))("has one row of each call of %s, as it was refused", async (path) => {
    await using t = await openTestRest();
    const [sessionId, approvalId, turnId] = [randomUUID(), randomUUID(), randomUUID()];
    const said = await call(t, path, { sessionId, approvalId, turnId, nonsense: "secret" }, { "x-request-id": "mine" });
    expect(said.status).toBe(400);
    await call(t, path, "{");
    const origin = { actor: "ann", action: path, outcome: "REQUEST_INVALID", remoteAddress: "127.0.0.1" };
    expect(await rowsOf(t)).toMatchObject([
      { ...origin, sessionId, targetId: turnId, requestId: "mine" },
      { ...origin, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    expect(JSON.stringify(await rowsOf(t))).not.toContain("secret");
  });

  it.each(CHANGES)(
    "has one row of each request for %s over REST",
    async (_id, { method, path, call: action, examples }) => {
      await using t = await openTestRest();
      const sessionId = randomUUID();
      const fill = (text: string) => text.replaceAll(/\{\w+\}|\$\w+_ID/g, () => randomUUID());
      const text = examples[0].body !== undefined ? fill(JSON.stringify(examples[0].body)) : undefined;
      const url = fill(path.replace("{session_id}", sessionId));
      await t.request(method, url, { ...(text !== undefined && { text }), headers: { "x-request-id": "mine" } });
      const outcome = expect.stringMatching(/^ok$|_NOT_FOUND$/);
      const named = path.includes("{session_id}") ? { sessionId } : {};
      expect(await rowsOf(t)).toMatchObject([
        { actor: "ann", action, outcome, requestId: "mine", remoteAddress: "127.0.0.1", ...named },
      ]);
    },
  );

  it("has what was done, and nothing of what was only read", async () => {
    await using t = await openTestRest();
    const { body } = await t.request("POST", "/sessions", { body: {} });
    const sessionId = body.session_id as string;
    for (const path of pathsOf(false).filter((name) => name !== "events.follow")) {
      const input = encodeURIComponent(JSON.stringify({ sessionId }));
      await fetch(`${t.url}/trpc/${path}?input=${input}`, { headers: { authorization: `Bearer ${t.token}` } });
    }
    await t.request("GET", `/sessions/${sessionId}`);
    const sent = await t.request("POST", `/sessions/${sessionId}/chat`, {
      body: { prompt: "say: hidden", stream: true },
    });
    const listed = (await t.request("GET", `/audit?session_id=${sessionId}`)).body.entries;
    const common = { outcome: "ok", session_id: sessionId, remote_address: "127.0.0.1" };
    expect(listed).toMatchObject([
      { ...common, action: "chat.send", target_id: sent.body.message_id },
      { ...common, action: "sessions.create" },
    ]);
    expect(await rowsOf(t)).toHaveLength(2);
    expect(JSON.stringify(await rowsOf(t))).not.toContain("hidden");
  });

  it("has one row of each prompt and call over a WebSocket, each a request of its own", async () => {
    await using t = await openTestRest();
    const sessionId = await t.openSession();
    const stream = await openSocket(`${t.url}/api/v1/sessions/${sessionId}/stream`, { token: t.token });
    for (const prompt of ["one", "two"]) stream.send({ type: "prompt", prompt });
    await expect.poll(async () => (await rowsOf(t)).length).toBe(2);
    const trpc = await openSocket(`${t.url}/trpc`, { token: t.token });
    trpc.send({ id: 1, method: "mutation", params: { path: "sessions.stop", input: { sessionId } } });
    await trpc.until(({ id }: { id: number }) => id === 1);
    const rows = await rowsOf(t);
    const common = { actor: "ann", outcome: "ok", sessionId, remoteAddress: "127.0.0.1" };
    expect(rows).toMatchObject(["chat.send", "chat.send", "sessions.stop"].map((action) => ({ ...common, action })));
    expect(new Set(rows.map(({ requestId }) => requestId)).size).toBe(3);
  });

  it("has a row of each call of a batch, and its chain holds", async () => {
    await using t = await openTestRest();
    const paths = Array(5).fill("sessions.create").join(",");
    const inputs = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [n, {}]));
    await call(t, `${paths}?batch=1`, inputs, { "x-request-id": "batch" });
    const rows = await rowsOf(t);
    expect(rows.map(({ requestId, outcome }) => [requestId, outcome])).toEqual(Array(5).fill(["batch", "ok"]));
    expect(new Set(rows.map(({ sessionId }) => sessionId)).size).toBe(5);
    expect(await verifyAudit(t.store)).toMatchObject({ ok: true, head: { seq: 5 } });
  });

  it("grows by nobody who is unknown, and not by who asks too often", async () => {
    await using t = await openTestRest("ann", { limits: { requestsPerSecond: 1 } });
    for (const authorization of ["", "Bearer not.a.token"]) await call(t, "sessions.create", {}, { authorization });
    const statuses: number[] = [];
    for (let n = 0; n < 10; n += 1) statuses.push((await call(t, "sessions.create", {})).status);
    const done = statuses.filter((status) => status === 200).length;
    expect(statuses).toContain(429);
    expect(await rowsOf(t)).toHaveLength(done);
  });
});
