import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openTestRest, type TestRest } from "./rest/rest.test-helper.ts";

const ID = "x-request-id";

function call(t: TestRest, path: string, input: object, headers: Record<string, string> = {}) {
  return fetch(`${t.url}/trpc/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${t.token}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(input),
  });
}

describe("a request's id", () => {
  it.each([
    ["a REST call", "/api/v1/sessions"],
    ["a tRPC call", "/trpc/system.health"],
    ["what operators ask", "/health/live"],
    ["what does not exist", "/nothing"],
  ])("of %s is its caller's, or made, and in the answer's header", async (_what, path) => {
    await using t = await openTestRest();
    const ask = async (id?: string) =>
      (await fetch(`${t.url}${path}`, { headers: { ...(id && { [ID]: id }) } })).headers.get(ID);
    expect(await ask("mine.1-2:3=4_5")).toBe("mine.1-2:3=4_5");
    const made = [await ask(), await ask(), await ask("with a space"), await ask("x".repeat(101)), await ask("<b>")];
    for (const id of made) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(made).size).toBe(made.length);
  });

  it("is in a problem, and in a tRPC error's data", async () => {
    await using t = await openTestRest();
    const headers = { [ID]: "mine" };
    expect((await t.request("GET", `/sessions/${randomUUID()}`, { headers })).body).toMatchObject({
      code: "SESSION_NOT_FOUND",
      request_id: "mine",
    });
    const answer = await call(t, "sessions.stop", { sessionId: randomUUID() }, headers);
    expect(await answer.json()).toMatchObject({
      error: { data: { requestId: "mine", cc: { code: "SESSION_NOT_FOUND" } } },
    });
  });

  it("is on a stream of events too", async () => {
    await using t = await openTestRest();
    const id = await t.openSession();
    const leaving = new AbortController();
    const stream = await t.open(`/sessions/${id}/events/stream`, { headers: { [ID]: "mine" }, signal: leaving.signal });
    expect(stream.headers.get(ID)).toBe("mine");
    leaving.abort();
  });

  it("is in the line of each request: at DEBUG with its template and status, at INFO with the code of its refusal", async () => {
    await using t = await openTestRest();
    const sessionId = await t.openSession();
    await t.request("GET", `/sessions/${sessionId}?token=hidden`, { headers: { [ID]: "refused" } });
    await t.request("GET", `/sessions/${sessionId}`, { headers: { [ID]: "read" } });
    await call(t, "sessions.stop", { sessionId: randomUUID() }, { [ID]: "called" });
    const of = (id: string) => t.lines.filter(({ request_id: one }) => one === id);
    const read = {
      session_id: sessionId,
      method: "GET",
      route: "/api/v1/sessions/:session_id",
      ms: expect.any(Number),
    };
    expect(of("read")).toEqual([
      { level: "debug", message: "request answered", request_id: "read", status: 200, ...read },
    ]);
    expect(of("refused")).toEqual([
      expect.objectContaining({
        level: "info",
        message: "request refused",
        status: 400,
        code: "REQUEST_INVALID",
        ...read,
      }),
    ]);
    expect(of("called")).toEqual([
      expect.objectContaining({ level: "info", route: "/trpc/sessions.stop", status: 404, code: "SESSION_NOT_FOUND" }),
    ]);
    expect(JSON.stringify(t.lines)).not.toContain("hidden");
  });

  it("is in what is logged during the request, with the session that it names, also after a body was read", async () => {
    await using t = await openTestRest();
    const sessionId = await t.openSession();
    t.runtime.stop = () => Promise.reject(new Error("a defect"));
    t.runtime.beforeRemove = () => Promise.reject(new Error("a defect"));
    await call(t, "sessions.stop", { sessionId }, { [ID]: "trpc" });
    const other = await t.openSession();
    await t.request("DELETE", `/sessions/${other}`, { headers: { [ID]: "rest" } });
    expect(t.lines.filter(({ level }) => level === "error")).toEqual([
      expect.objectContaining({ request_id: "trpc", session_id: sessionId }),
      expect.objectContaining({ request_id: "rest", session_id: other }),
    ]);
  });
});
