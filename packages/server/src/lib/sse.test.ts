import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSse, type Sse } from "./sse.ts";

const WORDS = { first: "retry: 1\n\n", ping: ": ping\n\n" };
const open = (response: ServerResponse, over = new AbortController()) => openSse(response, { ...WORDS, over });
/** Of a byte, of what is framed once for many, and of what is not. */
const MESSAGES = [1, 15, 16, 300, 64 * 1024, 64 * 1024 + 1, 200_000].map((length) => Buffer.from("x".repeat(length)));

/** What `stream` does to each answer. */
async function serve(stream: (response: ServerResponse) => void): Promise<number> {
  const server = createServer((_request, response) => stream(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

function ask(port: number, ...heads: string[]): Socket {
  const client = connect(port, "127.0.0.1");
  onTestFinished(() => void client.destroy());
  client.write(heads.map((head) => `${head}\r\nHost: localhost\r\n\r\n`).join(""));
  return client;
}

async function sendAll(response: ServerResponse, messages: readonly Buffer[] = MESSAGES): Promise<void> {
  const sse = open(response);
  for (const message of messages) await sse.write(message);
  sse.end("last");
}

async function bodyOf(client: Socket): Promise<string> {
  const answer = await text(client);
  return answer.slice(answer.indexOf("\r\n\r\n") + 4);
}

const whole = `${WORDS.first}${MESSAGES.join("")}last`;

describe("a stream of server-sent events", () => {
  it("comes as it was written, and has an end", async () => {
    const port = await serve((response) => void sendAll(response));
    const answers = await Promise.all([1, 2, 3].map(async () => (await fetch(`http://127.0.0.1:${port}`)).text()));
    for (const answer of answers) expect(answer).toBe(whole);
  });

  it("that is cut off has no end", async () => {
    const port = await serve((response) => {
      void open(response).write(Buffer.from("data: x\n\n"));
      response.socket?.end();
    });
    const answer = await fetch(`http://127.0.0.1:${port}`);
    await expect(answer.text()).rejects.toThrow("terminated");
  });

  it("comes to a client of HTTP/1.0 as it is", async () => {
    const port = await serve((response) => void sendAll(response));
    expect(await bodyOf(ask(port, "GET / HTTP/1.0"))).toBe(whole);
  });

  it("has no body for who asks for its head", async () => {
    const port = await serve((response) => void sendAll(response));
    const answer = await text(ask(port, "HEAD / HTTP/1.1\r\nConnection: close"));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n(\S+: .*\r\n)+\r\n$/);
  });

  it("waits for the answer before it on the same connection", async () => {
    const messages = [Buffer.from("one"), Buffer.from("two")];
    let answered = 0;
    const port = await serve((response) => {
      answered += 1;
      if (answered === 1) setImmediate(() => response.end("before"));
      else void sendAll(response, messages);
    });
    const client = ask(port, "GET / HTTP/1.1", "GET / HTTP/1.1\r\nConnection: close");
    const answer = await text(client);
    const chunks = [WORDS.first, "one", "two", "last"].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    expect(answer).toContain("before");
    expect(answer.slice(answer.lastIndexOf("\r\n\r\na\r\n") + 4)).toBe(`${chunks.join("")}0\r\n\r\n`);
  });

  it("is written no faster than it is read, and waits for nobody who has gone", async () => {
    const { promise: opened, resolve } = Promise.withResolvers<Sse>();
    const over = new AbortController();
    const client = ask(await serve((response) => resolve(open(response, over))), "GET / HTTP/1.1");
    client.pause();
    const sse = await opened;
    const message = Buffer.from("x".repeat(60_000));
    const fill = () => {
      for (;;) {
        const waiting = sse.write(message);
        if (waiting) return waiting;
      }
    };
    const isRead = fill();
    client.resume();
    await isRead;
    client.pause();
    const waiting = fill();
    client.resetAndDestroy();
    await waiting;
    await expect.poll(() => over.signal.aborted).toBe(true);
  });

  it("of a reader that has left before it begins is over, and nothing waits for it", async () => {
    const { promise, resolve } = Promise.withResolvers<ServerResponse>();
    const client = ask(await serve(resolve), "GET / HTTP/1.1");
    const response = await promise;
    client.resetAndDestroy();
    await once(response, "close");
    const over = new AbortController();
    const sse = open(response, over);
    expect(over.signal.aborted).toBe(true);
    await sse.write(Buffer.from("data: x\n\n"));
    sse.end();
  });
});
