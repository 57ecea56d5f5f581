import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describeError } from "@cc-docker/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "./create-client.ts";
import type { TokenRequest } from "./gateway-http.ts";

type Request = { n: number; path: string; body: Record<string, unknown>; req: IncomingMessage; res: ServerResponse };

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => server?.close());

/** A gateway that answers as told; the requests it got are in the returned array. */
async function serve(answer: (request: Request) => void) {
  const requests: Request[] = [];
  server = createServer((req, res) => {
    let body = "";
    req.setEncoding("utf8").on("data", (text: string) => (body += text));
    req.on("end", () => {
      const path = new URL(req.url ?? "", "http://x").pathname;
      const request = { n: requests.length + 1, path, body: JSON.parse(body || "{}"), req, res };
      requests.push(request);
      answer(request);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, requests, client: createClient({ url, token: "t" }) };
}

const json = (res: ServerResponse, body: unknown, status = 200) =>
  void res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
const prompt = { sessionId: "s", prompt: "hi" };

describe("a call", () => {
  it("of a prompt whose answer is lost is sent again under the same key", async () => {
    const { client, requests } = await serve(({ n, res }) =>
      n < 3 ? void res.destroy() : json(res, { result: { data: { id: "turn" } } }),
    );
    expect(await client.chat.send.mutate(prompt)).toEqual({ id: "turn" });
    const keys = requests.map(({ body }) => body["idempotencyKey"]);
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("of two prompts has two keys, and keeps the one it was given", async () => {
    const { client, requests } = await serve(({ res }) => json(res, { result: { data: {} } }));
    await client.chat.send.mutate(prompt);
    await client.chat.ask.mutate({ ...prompt, idempotencyKey: undefined });
    await client.chat.ask.mutate({ ...prompt, idempotencyKey: "mine" });
    const [first, second, third] = requests.map(({ body }) => body["idempotencyKey"]);
    expect(second).toMatch(/^[0-9a-f-]{36}$/);
    expect(first).not.toBe(second);
    expect(third).toBe("mine");
  });

  it("of a prompt is made again when the gateway stops meanwhile", async () => {
    const stopping = { error: { message: "m", code: -1, data: { cc: describeError("SERVER_STOPPING", "stopping") } } };
    const { client, requests } = await serve(({ n, res }) =>
      n === 1 ? json(res, stopping, 503) : json(res, { result: { data: { id: "turn" } } }),
    );
    expect(await client.chat.ask.mutate(prompt)).toEqual({ id: "turn" });
    expect(requests[0]?.body).toEqual(requests[1]?.body);
  });

  it("for a session whose answer is lost is sent again under the same key, another has another", async () => {
    const { client, requests } = await serve(({ n, res }) =>
      n === 1 ? void res.destroy() : json(res, { result: { data: { id: "session" } } }),
    );
    expect(await client.sessions.create.mutate({})).toEqual({ id: "session" });
    await client.sessions.create.mutate({});
    await client.sessions.create.mutate({ idempotencyKey: "mine" });
    const [lost, repeated, other, mine] = requests.map(({ body }) => body["idempotencyKey"]);
    expect(lost).toMatch(/^[0-9a-f-]{36}$/);
    expect(repeated).toBe(lost);
    expect(other).not.toBe(lost);
    expect(mine).toBe("mine");
  });

  it("without a key is made once: its answer may be lost, but it is not made twice", async () => {
    const { client, requests } = await serve(({ res }) => void res.destroy());
    const stop = client.sessions.stop.mutate({ sessionId: "s" });
    await expect(stop).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
    expect(requests).toHaveLength(1);
  });

  it("that nothing is said to fails with what to look at, and is not sent again", async () => {
    let calls = 0;
    const fetch = async () => {
      calls += 1;
      throw new DOMException("nothing came for 30 s", "TimeoutError");
    };
    const client = createClient({ url: "http://127.0.0.1:9", token: "t", fetch });
    await expect(client.chat.send.mutate(prompt)).rejects.toMatchObject({
      code: "SERVER_UNREACHABLE",
      message: expect.stringMatching(/does not answer \(nothing came for 30 s\): look at its log/),
    });
    expect(calls).toBe(1);
  });

  it("throws the typed error of the gateway, and does not repeat what was refused", async () => {
    const cc = describeError("SESSION_NOT_RUNNING", "Session s is stopped.");
    const { client, requests } = await serve(({ res }) =>
      json(res, { error: { message: "m", code: -32009, data: { cc } } }, 409),
    );
    await expect(client.chat.send.mutate(prompt)).rejects.toMatchObject({
      name: "CcError",
      code: "SESSION_NOT_RUNNING",
      message: "Session s is stopped.",
    });
    expect(requests).toHaveLength(1);
  });

  it("throws the typed error of an answer that is not tRPC's", async () => {
    const { client } = await serve(({ res }) => json(res, { error: describeError("BODY_TOO_LARGE", "too much") }, 413));
    await expect(client.sessions.create.mutate({})).rejects.toMatchObject({
      code: "BODY_TOO_LARGE",
      message: "too much",
    });
  });

  it("names an error that only a newer gateway knows", async () => {
    const cc = { code: "MOON_TOO_FAR", message: "384,400 km." };
    const { client } = await serve(({ res }) => json(res, [{ error: { message: "m", code: -1, data: { cc } } }], 409));
    await expect(client.system.health.query()).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining("MOON_TOO_FAR"),
    });
  });

  it.each([
    [502, "SERVER_UNREACHABLE"],
    [404, "ROUTE_NOT_FOUND"],
    [200, "ROUTE_NOT_FOUND"],
  ])("answered by a page with status %i is %s", async (status, code) => {
    const { client, url } = await serve(({ res }) => void res.writeHead(status).end("<h1>a proxy</h1>"));
    await expect(client.sessions.list.query({})).rejects.toMatchObject({ code, message: expect.stringContaining(url) });
  });

  it("that reaches nobody names the URL", async () => {
    const { url, client } = await serve(() => undefined);
    await new Promise((closed) => server?.close(closed));
    await expect(client.sessions.list.query({})).rejects.toMatchObject({
      code: "SERVER_UNREACHABLE",
      message: `No gateway can be reached at ${url} (ECONNREFUSED).`,
    });
  });

  it("that is aborted rejects with the signal's reason, also between two attempts", async () => {
    const { client } = await serve(({ res }) => void res.destroy());
    const reason = new Error("enough");
    await expect(client.chat.send.mutate(prompt, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const abort = new AbortController();
    setTimeout(() => abort.abort(reason), 120);
    await expect(client.chat.send.mutate(prompt, { signal: abort.signal })).rejects.toBe(reason);
  });

  it("of the same tick shares a request when it is a query", async () => {
    const { client, requests } = await serve(({ res }) =>
      json(res, [{ result: { data: { id: 1 } } }, { result: { data: { id: 2 } } }]),
    );
    const both = await Promise.all(["a", "b"].map((sessionId) => client.sessions.get.query({ sessionId })));
    expect(both).toEqual([{ id: 1 }, { id: 2 }]);
    expect(requests.map(({ path }) => path)).toEqual(["/trpc/sessions.get,sessions.get"]);
  });
});

describe("a client", () => {
  it("asks its token function before every request", async () => {
    const { url, requests } = await serve(({ res }) => json(res, [{ result: { data: {} } }]));
    let count = 0;
    const client = createClient({ url: `${url}/`, token: async () => `token-${++count}` });
    await client.system.health.query();
    await client.system.health.query();
    expect(requests.map(({ req }) => req.headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  const expired = (n: number) => ({
    error: { message: "m", code: -32001, data: { cc: describeError("TOKEN_EXPIRED", `request ${n} came too late`) } },
  });

  it("asks its token function once more when the token has expired, and sends a prompt again as it was", async () => {
    const { url, requests } = await serve(({ n, res }) =>
      n === 1 ? json(res, expired(n), 401) : json(res, { result: { data: { id: "turn" } } }),
    );
    const asked: boolean[] = [];
    const client = createClient({ url, token: ({ hasExpired }) => `token-${asked.push(hasExpired)}` });
    expect(await client.chat.send.mutate(prompt)).toEqual({ id: "turn" });
    expect(asked).toEqual([false, true]);
    expect(requests.map(({ req }) => req.headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
    expect(requests[0]?.body).toEqual(requests[1]?.body);
  });

  it("does so for calls that must not happen twice, and for queries that share a request", async () => {
    const { url, requests } = await serve(({ n, path, res }) => {
      if (path === "/trpc/sessions.stop") return json(res, n === 1 ? expired(n) : { result: { data: {} } }, 200);
      const answer = n === 3 ? expired(n) : { result: { data: { id: "session" } } };
      json(res, [{ result: { data: {} } }, answer], 207);
    });
    const client = createClient({ url, token: async () => "t" });
    expect(await client.sessions.stop.mutate({ sessionId: "s" })).toEqual({});
    const both = [client.system.health.query(), client.sessions.get.query({ sessionId: "s" })];
    expect(await Promise.all(both)).toEqual([{}, { id: "session" }]);
    expect(requests).toHaveLength(4);
  });

  it("throws TOKEN_EXPIRED when the second token has expired too, and at once when it has but one", async () => {
    const { url, client, requests } = await serve(({ n, res }) => json(res, expired(n), 401));
    const late = createClient({ url, token: () => "t" }).chat.send.mutate(prompt);
    await expect(late).rejects.toMatchObject({ code: "TOKEN_EXPIRED", message: "request 2 came too late" });
    await expect(client.chat.send.mutate(prompt)).rejects.toMatchObject({ code: "TOKEN_EXPIRED" });
    expect(requests).toHaveLength(3);
  });

  it("does not wait for a token function when its call is aborted", async () => {
    const { url, requests } = await serve(() => undefined);
    const abort = new AbortController();
    let given: AbortSignal | undefined;
    const token = ({ signal }: TokenRequest) => {
      given = signal;
      setTimeout(() => abort.abort(new Error("enough")), 20);
      return new Promise<string>(() => undefined);
    };
    const call = createClient({ url, token }).chat.send.mutate(prompt, { signal: abort.signal });
    await expect(call).rejects.toThrow("enough");
    expect(given?.aborted).toBe(true);
    expect(requests).toEqual([]);
  });

  it("says that no token could be had", async () => {
    const { url, requests } = await serve(() => undefined);
    const client = createClient({ url, token: () => Promise.reject(new Error("the vault is closed")) });
    await expect(client.chat.send.mutate(prompt)).rejects.toMatchObject({
      code: "TOKEN_MISSING",
      message: expect.stringContaining("the vault is closed"),
    });
    expect(requests).toEqual([]);
  });

  it("refuses what cannot be a token before it sends anything", async () => {
    const { url, requests } = await serve(() => undefined);
    const call = createClient({ url, token: "two\nlines" }).system.health.query();
    await expect(call).rejects.toMatchObject({ code: "TOKEN_INVALID" });
    expect(requests).toEqual([]);
  });

  it.each(["localhost:8000", "ftp://x", ""])("refuses %j as a URL", (url) => {
    expect(() => createClient({ url, token: "t" })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});
