import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestOptions, request, type ServerResponse } from "node:http";
import { type AddressInfo, createConnection, createServer as createTcpServer } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { SessionId } from "@cc-docker/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../lib/clock.ts";
import { createRedactor } from "../../lib/redact.ts";
import { createBroker } from "./broker.ts";
import type { Credential } from "./model-headers.ts";

const KEY = "sk-ant-the-real-key";
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

type Seen = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A model's service that remembers what it was asked. */
async function startUpstream(answer: Answer = (_request, response) => response.end("{}")) {
  const seen: Seen[] = [];
  const server = createServer((incoming, response) => {
    void text(incoming).then(
      (body) => {
        const { method = "", url = "", headers } = incoming;
        seen.push({ method, url, headers, body });
        answer(incoming, response);
      },
      () => undefined,
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** The broker behind a port of this machine, as the wrapper's local door is. */
async function startBroker(
  upstreamUrl: string,
  credential?: Credential,
  heard: (sessionId: SessionId) => void = () => undefined,
  waits: (until: string | undefined) => void = () => undefined,
) {
  const broker = createBroker({
    upstream: { url: upstreamUrl, ...(credential && { credential }) },
    redactor: createRedactor([KEY]),
    clock: systemClock,
    log: silent,
    rateLimitMaxWaitMs: 60_000,
    patience: { silentMs: 500, pingEveryMs: 100 },
    onTraffic: heard,
    onRefused: () => undefined,
    onWait: (_sessionId, _call, until) => waits(until),
    onUse: () => undefined,
  });
  const sessionId = SessionId.parse(randomUUID());
  const door = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    broker.serve(sessionId, socket);
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  onTestFinished(() => {
    broker.close();
    door.close();
  });
  return { host: "127.0.0.1", port: (door.address() as AddressInfo).port, agent: false as const };
}

const apiKey: Credential = { kind: "api-key", reveal: () => KEY };

function send(options: RequestOptions, body: string | Buffer = "{}"): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request({ method: "POST", path: "/v1/messages", ...options }, resolve);
  outgoing.on("error", reject);
  outgoing.end(body);
  return promise;
}

async function answerOf(response: IncomingMessage): Promise<{ status: number | undefined; body: unknown }> {
  return { status: response.statusCode, body: JSON.parse(await text(response)) as unknown };
}

/** A request line as one cannot send it with a well-behaved client. */
async function sendRaw(door: { host: string; port: number }, requestLine: string): Promise<string> {
  const socket = createConnection(door);
  socket.end(`${requestLine}\r\nHost: broker\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`);
  return (await text(socket)).split("\r\n")[0] ?? "";
}

describe("the broker", () => {
  it("puts the gateway's key in place of the caller's own credentials", async () => {
    const upstream = await startUpstream();
    const door = await startBroker(upstream.url, apiKey);
    const headers = {
      "x-api-key": "the-agent's",
      authorization: "Bearer the-agent's",
      "proxy-authorization": "Basic x",
      cookie: "session=1",
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "a,b",
    };
    await text(await send({ ...door, headers }));
    const seen = upstream.seen[0]?.headers ?? {};
    expect(seen).toMatchObject({ "x-api-key": KEY, "anthropic-version": "2023-06-01", "anthropic-beta": "a,b" });
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(["authorization"]));
    expect(JSON.stringify(seen)).not.toMatch(/the-agent's|session=1|Basic/);
    expect(seen.host).toBe(new URL(upstream.url).host);
  });

  it.each([500, 400, 200])(
    "brings no answer with the gateway's key in it, however it is cut (status %i)",
    async (status) => {
      const said = `{"error":"é ${KEY} was sent, and ${KEY}"}`;
      const upstream = await startUpstream((_request, response) => {
        response.writeHead(status, { "content-type": "application/json", "x-debug": `key ${KEY}` });
        const bytes = [...Buffer.from(said)];
        const next = () => {
          const byte = bytes.shift();
          if (byte === undefined) response.end();
          else response.write(Buffer.from([byte]), () => setImmediate(next));
        };
        next();
      });
      const answer = await send(await startBroker(upstream.url, apiKey));
      expect(answer.statusCode).toBe(status);
      expect(await text(answer)).toBe(said.replaceAll(KEY, "*".repeat(KEY.length)));
      expect(answer.headers["x-debug"]).toBe(`key ${"*".repeat(KEY.length)}`);
    },
  );

  it("puts a subscription's token in as a bearer, with the beta it needs", async () => {
    const upstream = await startUpstream();
    const door = await startBroker(upstream.url, { kind: "oauth", reveal: () => "oat" });
    await text(await send({ ...door, headers: { "x-api-key": "own", "anthropic-beta": "mine" } }));
    const seen = upstream.seen[0]?.headers ?? {};
    expect(seen).toMatchObject({ authorization: "Bearer oat", "anthropic-beta": "mine,oauth-2025-04-20" });
    expect(seen["x-api-key"]).toBeUndefined();
  });

  it("sends no credential, not even the caller's, to a model that needs none", async () => {
    const upstream = await startUpstream();
    const door = await startBroker(upstream.url);
    await text(await send({ ...door, headers: { "x-api-key": "own", authorization: "Bearer own" } }));
    expect(JSON.stringify(upstream.seen[0]?.headers)).not.toContain("own");
  });

  it("passes body, query, path and the model's answer through as they are", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(418, { "content-type": "text/x", "request-id": "req_1", "set-cookie": "a=b" });
      response.end(Buffer.from([0, 255, 10, 13]));
    });
    const door = await startBroker(`${upstream.url}/base/`, apiKey);
    const body = JSON.stringify({ text: "é😀", pad: "x".repeat(3_000_000) });
    const answer = await send({ ...door, path: "/v1/messages/count_tokens?beta=true&x=%2e%2e" }, body);
    expect(answer.statusCode).toBe(418);
    expect(answer.headers).toMatchObject({ "content-type": "text/x", "request-id": "req_1" });
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(await buffer(answer)).toEqual(Buffer.from([0, 255, 10, 13]));
    expect(upstream.seen).toMatchObject([
      { method: "POST", url: "/base/v1/messages/count_tokens?beta=true&x=%2e%2e", body },
    ]);
  });

  it.each([
    "GET /v1/messages",
    "PUT /v1/messages",
    "POST /",
    "POST /v1/models",
    "POST /v1/messages/",
    "POST /v1/messages/batches",
    "POST /v1/organizations/x/usage",
    "POST /V1/messages",
    "POST //v1/messages",
    "POST /v1//messages",
    "POST /v1/messages/../complete",
    "POST /v1/complete/../messages",
    "POST /v1/./messages",
    "POST /v1/%6dessages",
    "POST /v1%2fmessages",
    "POST /v1/messages/%2e%2e/complete",
    "POST /v1/messages%00",
    "POST /v1/messages;x=1",
    "POST /v1/messages#x",
    "POST \\v1\\messages",
    "POST http://127.0.0.1/v1/messages",
    "POST http://evil.example/v1/messages",
    "POST //evil.example/v1/messages",
    "OPTIONS *",
  ])("refuses %s and never calls the model", async (line) => {
    const upstream = await startUpstream();
    const door = await startBroker(upstream.url, apiKey);
    expect(await sendRaw(door, `${line} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(upstream.seen).toEqual([]);
  });

  it("refuses CONNECT", async () => {
    const upstream = await startUpstream();
    const door = await startBroker(upstream.url, apiKey);
    expect(await sendRaw(door, "CONNECT evil.example:443 HTTP/1.1")).toMatch(/^(HTTP\/1\.1 4\d\d .*)?$/);
    expect(upstream.seen).toEqual([]);
  });

  it("says why it refuses in the shape of the model's own errors", async () => {
    const upstream = await startUpstream();
    const door = await startBroker(upstream.url, apiKey);
    const answer = await send({ ...door, path: "/v1/models" });
    expect(answer.headers["x-should-retry"]).toBe("false");
    expect(await answerOf(answer)).toEqual({
      status: 403,
      body: {
        type: "error",
        error: { type: "broker_request_refused", message: "POST /v1/models is not allowed." },
      },
    });
  });

  it("lets a stream through as it comes, each piece before the next is there", async () => {
    const pieces: ServerResponse[] = [];
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      pieces.push(response);
    });
    const door = await startBroker(upstream.url, apiKey);
    const answer = await send(door); // the head has come before any of the body
    expect(answer.headers["content-type"]).toBe("text/event-stream");
    for (const piece of ["event: one\n\n", "event: two\n\n", "é"]) {
      pieces[0]?.write(piece);
      const [chunk] = (await once(answer, "data")) as [Buffer];
      expect(chunk.toString()).toBe(piece);
    }
    pieces[0]?.end();
    await once(answer, "end");
  });

  it("answers 502 in the model's shape when nothing listens there, and may be tried again", async () => {
    const gone = createTcpServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, "close");
    const door = await startBroker(`http://127.0.0.1:${port}`, apiKey);
    const answer = await send(door);
    expect(answer.headers["x-should-retry"]).toBe("true");
    expect(await answerOf(answer)).toMatchObject({
      status: 502,
      body: { type: "error", error: { type: "model_unreachable", message: expect.stringContaining("ECONNREFUSED") } },
    });
  });

  it("breaks an answer that the model broke, so that it is not taken for whole", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.write("half of it");
      setImmediate(() => response.destroy());
    });
    const answer = await send(await startBroker(upstream.url, apiKey));
    await expect(text(answer)).rejects.toThrow("aborted");
  });

  it("cancels the model's work when its caller goes", async () => {
    const { promise: cancelled, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const upstream = await startUpstream((_request, response) => {
      response.on("close", resolve);
      response.write("x");
      begin();
    });
    const answer = await send(await startBroker(upstream.url, apiKey));
    await begun;
    answer.destroy();
    await expect(cancelled).resolves.toBeUndefined();
  });

  it("cancels it also when its caller goes before the model has said a word", async () => {
    const { promise: cancelled, resolve } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const upstream = await startUpstream((_request, response) => {
      response.on("close", resolve);
      ask();
    });
    const door = await startBroker(upstream.url, apiKey);
    const outgoing = request({ ...door, method: "POST", path: "/v1/messages" });
    outgoing.on("error", () => undefined).end("{}");
    await asked;
    outgoing.destroy();
    await expect(cancelled).resolves.toBeUndefined();
  });

  it("tells the agent not to repeat a call with a credential that is wrong", async () => {
    const upstream = await startUpstream((_request, response) => response.writeHead(401).end("{}"));
    const answer = await send(await startBroker(upstream.url, apiKey));
    expect([answer.statusCode, answer.headers["x-should-retry"]]).toEqual([401, "false"]);
    answer.resume();
  });

  it("sends again what the model puts off, when it said it may come, and shows nothing of that", async () => {
    const upstream = await startUpstream((_request, response) => {
      const isFirst = upstream.seen.length === 1;
      response.writeHead(isFirst ? 429 : 200, isFirst ? { "retry-after": "0.3" } : {}).end('{"n":1}');
    });
    const waits: (string | undefined)[] = [];
    const door = await startBroker(upstream.url, apiKey, undefined, (until) => waits.push(until));
    const beganAt = performance.now();
    expect(await answerOf(await send(door, '{"large":"body"}'))).toEqual({ status: 200, body: { n: 1 } });
    expect(performance.now() - beganAt).toBeGreaterThan(290);
    expect(upstream.seen.map(({ body }) => body)).toEqual(['{"large":"body"}', '{"large":"body"}']);
    expect(waits).toEqual([expect.stringMatching(/^\d{4}-.*Z$/), undefined]);
  });

  it("begins a stream that waits for long, pings, and goes on with the model's", async () => {
    const upstream = await startUpstream((_request, response) => {
      if (upstream.seen.length === 1) return response.writeHead(429, { "retry-after": "1" }).end();
      return response.writeHead(200).end("event: message_stop\n\n");
    });
    const door = await startBroker(upstream.url, apiKey);
    const answer = await send({ ...door, headers: { "accept-encoding": "gzip" } }, '{"stream":true}');
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/event-stream"]);
    expect(await text(answer)).toMatch(/^(event: ping\ndata: {"type":"ping"}\n\n){3,}event: message_stop\n\n$/);
    expect(upstream.seen[1]?.headers["accept-encoding"]).toBe("identity");
  });

  it("has the agent ask again where a stream that has begun came to no answer", async () => {
    const upstream = await startUpstream((_request, response) => {
      const isFirst = upstream.seen.length === 1;
      response.writeHead(isFirst ? 429 : 400, isFirst ? { "retry-after": "0.8" } : {}).end("{}");
    });
    const door = await startBroker(upstream.url, apiKey);
    expect(await text(await send(door, '{"stream":true}'))).toMatch(/event: error\ndata: .*"overloaded_error".*\n\n$/);
    expect((await send(door, '{"stream":true}')).statusCode).toBe(400);
  });

  it("calls nobody while the model is limited, and forgets who goes away meanwhile", async () => {
    const upstream = await startUpstream((_request, response) =>
      response.writeHead(429, { "retry-after": "30" }).end(),
    );
    const waits: (string | undefined)[] = [];
    const door = await startBroker(upstream.url, apiKey, undefined, (until) => waits.push(until));
    const calls = Array.from({ length: 5 }, () => request({ ...door, method: "POST", path: "/v1/messages" }));
    calls[0]?.on("error", () => undefined).end("{}");
    await expect.poll(() => waits.length).toBe(1);
    for (const call of calls.slice(1)) call.on("error", () => undefined).end("{}");
    await expect.poll(() => waits.length).toBe(5);
    for (const call of calls) call.destroy();
    await expect.poll(() => waits.filter((until) => until === undefined).length).toBe(5);
    expect(upstream.seen).toHaveLength(1);
  });

  it.each(["61", "3600"])("refuses at once, and for good, what would wait too long: %s s", async (seconds) => {
    const upstream = await startUpstream((_request, response) =>
      response.writeHead(429, { "retry-after": seconds }).end(),
    );
    const door = await startBroker(upstream.url, apiKey);
    for (let call = 0; call < 2; call += 1) {
      const answer = await send(door);
      expect(answer.headers["x-should-retry"]).toBe("false");
      expect(await answerOf(answer)).toMatchObject({
        status: 429,
        body: { error: { type: "rate_limit_error", message: expect.stringMatching(/until \d{4}-/) } },
      });
    }
    expect(upstream.seen).toHaveLength(1);
  });

  it("lets a limit that does not say when it ends through as it came", async () => {
    const upstream = await startUpstream((_request, response) => response.writeHead(429).end('{"limited":true}'));
    const door = await startBroker(upstream.url, apiKey);
    expect(await answerOf(await send(door))).toEqual({ status: 429, body: { limited: true } });
    expect(await answerOf(await send(door))).toEqual({ status: 429, body: { limited: true } });
  });

  it("has the agent send again what is too large to be kept", async () => {
    const upstream = await startUpstream((_request, response) =>
      response.writeHead(429, { "retry-after": "20" }).end(),
    );
    const door = await startBroker(upstream.url, apiKey);
    const answer = await send(door, Buffer.alloc(9 * 1024 * 1024));
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([429, "0"]);
    answer.resume();
  });

  it("refuses a request that is too large, said beforehand or found on the way", async () => {
    const upstream = await startUpstream();
    const door = await startBroker(upstream.url, apiKey);
    const announced = request({
      ...door,
      method: "POST",
      path: "/v1/messages",
      headers: { "content-length": 33 * 1024 * 1024 },
    });
    announced.on("error", () => undefined);
    announced.flushHeaders();
    const [refusal] = (await once(announced, "response")) as [IncomingMessage];
    expect(await answerOf(refusal)).toMatchObject({ status: 413, body: { error: { type: "body_too_large" } } });
    announced.destroy();

    const chunked = request({
      ...door,
      method: "POST",
      path: "/v1/messages",
      headers: { "transfer-encoding": "chunked" },
    });
    chunked.on("error", () => undefined);
    for (let mebibytes = 0; mebibytes < 33; mebibytes += 1) chunked.write(Buffer.alloc(1024 * 1024));
    const [late] = (await once(chunked, "response")) as [IncomingMessage];
    expect(await answerOf(late)).toMatchObject({ status: 413, body: { error: { type: "body_too_large" } } });
    chunked.destroy();
    expect(upstream.seen).toEqual([]);
  });

  it("tells of every byte that goes to the model or comes from it, and of whose", async () => {
    const gate = Promise.withResolvers<void>();
    const upstream = await startUpstream((_request, response) => {
      response.write("one");
      void gate.promise.then(() => response.end("two"));
    });
    const heard: SessionId[] = [];
    const answer = await send(await startBroker(upstream.url, undefined, (id) => heard.push(id)));
    await once(answer, "data");
    const before = heard.length;
    expect(new Set(heard).size).toBe(1);
    gate.resolve();
    await text(answer);
    expect(heard.length).toBeGreaterThan(before);
  });

  it("uses one connection to the model for calls that follow each other", async () => {
    const ports = new Set<number | undefined>();
    const upstream = await startUpstream((incoming, response) => {
      ports.add(incoming.socket.remotePort);
      response.end("{}");
    });
    const door = await startBroker(upstream.url, apiKey);
    for (let n = 0; n < 5; n += 1) await text(await send(door));
    expect(ports.size).toBe(1);
  });
});
