/** Every procedure, asked by nobody, by somebody unknown, by another owner, and for what does not exist. */
import { randomUUID } from "node:crypto";
import type { Client } from "@cc-docker/client";
import type { AppRouter } from "@cc-docker/server";
import { expect } from "vitest";
import { untilAsked } from "../harness/approvals.ts";
import { openSession } from "../harness/run-turn.ts";
import { shareStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

type PathsOf<Routes> = {
  [Name in keyof Routes & string]: Routes[Name] extends { _def: { procedure: true } }
    ? Name
    : `${Name}.${PathsOf<Routes[Name]>}`;
}[keyof Routes & string];
type Path = PathsOf<AppRouter["_def"]["record"]>;

/** What a call may name. */
type Ids = { sessionId: string; turnId: string; approvalId: string };
type Call = { method: "GET" | "POST"; input?: (ids: Ids) => object };

const onSession = (method: Call["method"]): Call => ({ method, input: ({ sessionId }) => ({ sessionId }) });
const onTurn = (method: Call["method"]): Call => ({
  method,
  input: ({ sessionId, turnId }) => ({ sessionId, turnId }),
});
const withPrompt: Call = {
  method: "POST",
  input: ({ sessionId }) => ({ sessionId, prompt: "say: x", idempotencyKey: "k" }),
};

/** A procedure that is missing here does not compile. */
const CALLS: Record<Exclude<Path, "system.health">, Call> = {
  "sessions.create": { method: "POST" },
  "sessions.list": { method: "GET" },
  "sessions.get": onSession("GET"),
  "sessions.stats": onSession("GET"),
  "sessions.fork": onSession("POST"),
  "sessions.pause": onSession("POST"),
  "sessions.resume": onSession("POST"),
  "sessions.stop": onSession("POST"),
  "sessions.delete": onSession("POST"),
  "chat.send": withPrompt,
  "chat.ask": withPrompt,
  "chat.interrupt": onTurn("POST"),
  "chat.get": onTurn("GET"),
  "approvals.list": onSession("GET"),
  "approvals.get": { method: "GET", input: ({ approvalId }) => ({ approvalId }) },
  "approvals.answer": { method: "POST", input: ({ approvalId }) => ({ approvalId, decision: "allow" }) },
  "events.follow": onSession("GET"),
  "events.list": onSession("GET"),
  "audit.list": { method: "GET" },
  "system.limits": { method: "GET" },
};
const PATHS = Object.keys(CALLS) as (keyof typeof CALLS)[];
const RANDOM: Ids = { sessionId: randomUUID(), turnId: randomUUID(), approvalId: randomUUID() };

/** Each id in an answer is named by its kind, so that two answers can be compared. */
async function ask(path: keyof typeof CALLS, ids: Ids, token: string | undefined) {
  const { method, input } = CALLS[path];
  const url = new URL(`/trpc/${path}`, stack().url);
  const text = JSON.stringify(input?.(ids) ?? {});
  if (method === "GET") url.searchParams.set("input", text);
  const response = await fetch(url, {
    method,
    headers: {
      "content-type": "application/json",
      "x-request-id": "same",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(method === "POST" && { body: text }),
  });
  let body = await response.text();
  for (const [name, id] of Object.entries(ids)) body = body.replaceAll(id, name);
  return { status: response.status, type: response.headers.get("content-type"), body };
}

/** A session of alice's with a turn that waits for an answer: everything there is. */
async function makeAll(client: Client) {
  const session = await openSession(client, { permissionMode: "ask" });
  const { id: turnId } = await client.chat.send.mutate({
    sessionId: session.id,
    prompt: "bash: touch asked.txt\nsay: done",
  });
  const { id: approvalId } = await untilAsked(client, session.id);
  return { ids: { sessionId: session.id, turnId, approvalId }, [Symbol.asyncDispose]: session[Symbol.asyncDispose] };
}

verifies(
  "auth.every-call",
  "nobody and somebody unknown are refused by every procedure, whatever they name",
  async () => {
    await using own = await makeAll(stack().client());
    for (const path of PATHS) {
      for (const ids of [own.ids, RANDOM]) {
        expect([path, (await ask(path, ids, undefined)).body]).toEqual([
          path,
          expect.stringContaining("TOKEN_MISSING"),
        ]);
        const unknown = await ask(path, ids, "not.a.token");
        expect([path, unknown.body]).toEqual([path, expect.stringContaining("TOKEN_INVALID")]);
        const status = path === "events.follow" ? 200 : 401; // a stream says in itself why it ends
        expect([path, unknown.status]).toEqual([path, status]);
      }
    }
  },
);

verifies("session.foreign", "another owner is answered by every procedure as if it did not exist", async () => {
  await using own = await makeAll(stack().client());
  const token = await stack().token("mallory");
  for (const path of PATHS.filter((name) => CALLS[name].input)) {
    const foreign = await ask(path, own.ids, token);
    expect([path, foreign]).toEqual([path, await ask(path, RANDOM, token)]);
  }
  const mine = await openSession(stack().client("mallory"));
  const mixed = { ...own.ids, sessionId: mine.id };
  for (const path of ["chat.get", "chat.interrupt"] as const)
    expect(await ask(path, mixed, token)).toEqual(await ask(path, { ...RANDOM, sessionId: mine.id }, token));
  for (const path of ["sessions.list", "approvals.list", "events.list"] as const)
    for (const id of Object.values(own.ids)) expect((await ask(path, mixed, token)).body).not.toContain(id);
  await mine[Symbol.asyncDispose]();
  expect((await stack().client().sessions.get.query({ sessionId: own.ids.sessionId })).status).toBe("running");
});
