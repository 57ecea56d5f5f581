import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describeError, type ErrorCode, type Event } from "@cc-docker/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { type FollowOptions, followEvents } from "./follow-events.ts";
import { createGatewayHttp, type GatewayOptions, type TokenRequest } from "./gateway-http.ts";

/** Answers the n-th connection (1, 2, …), which asks for what comes after `after`. */
type Answer = (connection: { n: number; after: number; res: ServerResponse; req: IncomingMessage }) => void;

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => server?.close());

async function serve(answer: Answer, port = 0): Promise<number> {
  let n = 0;
  server = createServer((req, res) => {
    n += 1;
    const input = new URL(req.url ?? "", "http://x").searchParams.get("input") ?? "{}";
    answer({ n, after: JSON.parse(input).lastEventId, res, req });
  }).listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const greeting = "event: connected\ndata: {}\n\n\n";
const text = (seq: number) => `event ${seq} – né 🙂`;
const wire = (seq: number) =>
  `data: ${JSON.stringify({ seq, sessionId: "s", type: "agent.x", data: text(seq) })}\nid: ${seq}\n\n\n`;
const refusal = (code: ErrorCode) =>
  `event: serialized-error\ndata: ${JSON.stringify({ message: "m", code: -32603, data: { cc: describeError(code, "no") } })}\n\n\n`;

function open(res: ServerResponse): ServerResponse {
  res.writeHead(200, { "content-type": "text/event-stream" }).write(greeting);
  return res;
}

function follow(
  port: number,
  { token = "t", ...options }: Partial<FollowOptions & GatewayOptions> = {},
  silenceMs?: number,
) {
  const http = createGatewayHttp({ url: `http://127.0.0.1:${port}`, token });
  return followEvents(http, { sessionId: "s", ...options }, silenceMs);
}

async function take(events: AsyncIterable<Event>, count: number): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { seq, data } of events) {
    expect(data).toBe(text(seq));
    seqs.push(seq);
    if (seqs.length === count) break;
  }
  return seqs;
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe("following events", () => {
  it("yields every event once when the connection is cut 20 times, also in the middle of a character", async () => {
    const port = await serve(({ n, after, res }) => {
      const bytes = Buffer.from(
        upTo(200 - after)
          .map((step) => wire(after + step))
          .join(""),
      );
      open(res);
      if (n > 20) return void res.write(bytes);
      res.write(bytes.subarray(0, 300 + 97 * n), () => res.destroy());
    });
    expect(await take(follow(port), 200)).toEqual(upTo(200));
  });

  it("reads characters whose bytes arrive one by one", async () => {
    const port = await serve(({ res }) => {
      open(res).socket?.setNoDelay(true);
      const bytes = [...Buffer.from(wire(1))];
      const writeNext = (): unknown => bytes.length > 0 && res.write(Buffer.of(bytes.shift() ?? 0), writeNext);
      writeNext();
    });
    expect(await take(follow(port), 1)).toEqual([1]);
  });

  it("waits for a gateway that is away and goes on where it was", async () => {
    const port = await serve(({ res }) => open(res).write(wire(1) + wire(2)));
    const events = follow(port);
    expect(await take({ [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }, 2)).toEqual([1, 2]);
    server?.closeAllConnections();
    server?.close();
    const later = events.next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await serve(({ after, res }) => open(res).write(wire(after + 1)), port);
    expect((await later).value).toMatchObject({ seq: 3 });
    await events.return();
  });

  it("asks again when the gateway ends the stream, answers 503 or reports a fault of its own", async () => {
    const port = await serve(({ n, after, res }) => {
      if (n === 1) return void open(res).end(`${wire(1)}event: return\ndata: \n\n\n`);
      if (n === 2) return void res.writeHead(503).end("<h1>later</h1>");
      open(res).write(n === 3 ? refusal("STORE_UNAVAILABLE") : wire(after + 1));
    });
    const failures: string[] = [];
    expect(await take(follow(port, { onReconnect: ({ code }) => failures.push(code) }), 2)).toEqual([1, 2]);
    expect(failures).toEqual(["SERVER_UNREACHABLE", "STORE_UNAVAILABLE"]);
  });

  it("asks for a token before every connection, and once more when it has expired", async () => {
    const tokens: (string | undefined)[] = [];
    const port = await serve(({ n, after, req, res }) => {
      tokens.push(req.headers.authorization);
      if (n === 2)
        return void res.writeHead(401).end(JSON.stringify({ error: describeError("TOKEN_EXPIRED", "late") }));
      open(res).end(wire(after + 1)); // as the gateway does when the token it was opened with ends
    });
    let made = 0;
    const token = ({ hasExpired }: TokenRequest) => `${hasExpired ? "renewed" : "token"}-${++made}`;
    expect(await take(follow(port, { token }), 2)).toEqual([1, 2]);
    expect(tokens).toEqual(["Bearer token-1", "Bearer token-2", "Bearer renewed-3"]);
  });

  it("throws when the second token has expired too", async () => {
    let connections = 0;
    const port = await serve(({ n, res }) => {
      connections = n;
      res.writeHead(401).end(JSON.stringify({ error: describeError("TOKEN_EXPIRED", "late") }));
    });
    await expect(take(follow(port, { token: () => "t" }), 1)).rejects.toMatchObject({ code: "TOKEN_EXPIRED" });
    expect(connections).toBe(2);
  });

  it("takes a connection without a byte for dead", async () => {
    const port = await serve(({ n, after, res }) => open(res).write(n === 1 ? wire(1) : wire(after + 1)));
    expect(await take(follow(port, {}, 100), 2)).toEqual([1, 2]);
  });

  it("stays on a connection that only pings", async () => {
    let connections = 0;
    const port = await serve(({ n, res }) => {
      connections = n;
      open(res);
      let pings = 0;
      const timer = setInterval(() => res.write(++pings < 10 ? "event: ping\ndata: \n\n\n" : wire(1)), 40);
      res.on("close", () => clearInterval(timer));
    });
    expect(await take(follow(port, {}, 150), 1)).toEqual([1]);
    expect(connections).toBe(1);
  });

  it("comes back when it was told to, having asked too often", async () => {
    const cc = { ...describeError("REQUEST_LIMIT_REACHED", "too often"), retryAfterSeconds: 0.3 };
    const limited = JSON.stringify({ message: "m", code: -32603, data: { cc } });
    const asked: number[] = [];
    const port = await serve(({ n, res }) => {
      asked.push(performance.now());
      if (n === 1) open(res).end(`event: serialized-error\ndata: ${limited}\n\n\n`);
      else open(res).write(wire(1));
    });
    expect(await take(follow(port), 1)).toEqual([1]);
    const [first = 0, second = 0] = asked;
    expect(second - first).toBeGreaterThanOrEqual(299); // a lower bound only: no wait is shorter than was said
  });

  it("throws what the gateway refuses for good", async () => {
    const port = await serve(({ res }) => open(res).write(refusal("SESSION_NOT_FOUND")));
    await expect(take(follow(port), 1)).rejects.toMatchObject({ code: "SESSION_NOT_FOUND", message: "no" });
  });

  it("drops events it has already yielded", async () => {
    const port = await serve(({ res }) => open(res).write([1, 1, 2, 1, 2, 3].map(wire).join("")));
    expect(await take(follow(port), 3)).toEqual([1, 2, 3]);
  });

  it("asks again for an event that was left out, and never yields the one behind the gap", async () => {
    const port = await serve(({ n, after, res }) => open(res).write(n === 1 ? wire(1) + wire(3) : wire(after + 1)));
    expect(await take(follow(port), 2)).toEqual([1, 2]);
  });

  it("throws when the gap is there every time", async () => {
    const port = await serve(({ res }) => open(res).write(wire(3)));
    await expect(take(follow(port), 1)).rejects.toMatchObject({ code: "INTERNAL" });
  });

  it("gives up when told to", async () => {
    const port = await serve(({ res }) => void res.destroy());
    await expect(take(follow(port, { giveUpAfterMs: 100 }), 1)).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
  });

  it("ends without an error when its signal aborts, and closes the connection", async () => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    const port = await serve(({ req, res }) => {
      req.on("close", closed.resolve);
      open(res).write(wire(1));
    });
    const seqs: number[] = [];
    for await (const { seq } of follow(port, { signal: abort.signal })) {
      seqs.push(seq);
      abort.abort();
    }
    expect(seqs).toEqual([1]);
    await closed.promise;
  });

  it("closes the connection when its reader leaves", async () => {
    const closed = Promise.withResolvers<void>();
    const port = await serve(({ req, res }) => {
      req.on("close", closed.resolve);
      open(res).write(wire(1));
    });
    await take(follow(port), 1);
    await expect(closed.promise).resolves.toBeUndefined();
  });

  it("does not read ahead of a slow reader", async () => {
    let written = 0;
    const full = Promise.withResolvers<void>();
    const port = await serve(({ res }) => {
      open(res);
      const write = (): void => {
        while (res.write(wire(++written)));
        if (res.writableNeedDrain) res.once("drain", write);
      };
      write();
      const watch = setInterval(() => {
        const before = written;
        setTimeout(() => before === written && full.resolve(), 90);
      }, 100);
      res.on("close", () => clearInterval(watch));
    });
    const events = follow(port);
    await events.next();
    await full.promise; // the gateway is stuck although it would write for ever
    expect(written * wire(1).length).toBeLessThan(16 * 1024 * 1024);
    await events.return();
  });
});
