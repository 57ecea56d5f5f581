import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { agentMessage } from "../core/core.test-helper.ts";
import { openTestRest, signToken, type TestRest } from "./rest/rest.test-helper.ts";
import { openSocket, tryOpen } from "./socket.test-helper.ts";

const UPGRADE = "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

/** Sends bytes to the listener and reads until it hangs up. */
async function sendRaw({ url }: TestRest, bytes: string): Promise<string> {
  const { port, host } = new URL(url);
  const wire = connect({ port: Number(port), host: host.split(":")[0] });
  wire.write(bytes);
  return text(wire);
}

const open = (t: TestRest) => openSocket(`${t.url}/trpc`, { token: t.token });
const QUIET = { helloWithinMs: 10_000, beatMs: 50 };

describe("the listener's sockets", () => {
  it("are closed with 1001 when the gateway stops, after what was asked is answered", async () => {
    const t = await openTestRest();
    const sessionId = await t.openSession();
    const sockets = await Promise.all(Array.from({ length: 50 }, () => open(t)));
    const [first, deaf] = sockets;
    for (const socket of sockets) {
      socket.send({ id: 1, method: "subscription", params: { path: "events.follow", input: { sessionId } } });
      await socket.until(({ result }) => result?.id === "1");
    }
    const params = { path: "chat.ask", input: { sessionId, prompt: "x", idempotencyKey: "k" } };
    first?.send({ id: 2, method: "mutation", params });
    await first?.until(({ result }) => result?.id === "3");
    deaf?.ws.pause();
    const began = performance.now();
    await t.close();
    expect(performance.now() - began).toBeLessThan(5000);
    expect(first?.messages.at(-1)).toMatchObject({ id: 2, error: { data: { cc: { code: "SERVER_STOPPING" } } } });
    for (const socket of sockets.filter((one) => one !== deaf)) {
      expect(await socket.closed).toMatchObject({ code: 1001 });
      expect(socket.messages.filter(({ result }) => result?.type === "stopped")).toEqual([]);
    }
    await t[Symbol.asyncDispose]();
  });

  it("are ended when the peer gives no sign of life, and kept while it does", async () => {
    await using t = await openTestRest("ann", { socketTimes: QUIET });
    const [alive, dead] = [await open(t), await open(t)];
    dead.ws.pong = () => undefined;
    let pings = 0;
    alive.ws.on("ping", () => void (pings += 1));
    expect(await dead.closed).toMatchObject({ code: 1006 });
    await expect.poll(() => pings).toBeGreaterThan(5);
    expect(alive.ws.readyState).toBe(alive.ws.OPEN);
  });

  it("are kept while a peer takes its time to read", async () => {
    await using t = await openTestRest("ann", { socketTimes: QUIET });
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const large = agentMessage(turnId, { type: "assistant", text: "x".repeat(500_000) });
    for (let n = 0; n < 60; n += 1) await t.ingest(sessionId, large);
    const { lastSeq } = await t.core.sessions.get({ owner: "ann", sessionId });
    const [slow, other] = [await open(t), await open(t)];
    slow.ws.pause();
    slow.send({ id: 1, method: "subscription", params: { path: "events.follow", input: { sessionId } } });
    let pings = 0;
    other.ws.on("ping", () => void (pings += 1));
    await expect.poll(() => pings).toBeGreaterThan(10);
    expect(t.pages()).toBeLessThan(25); // of 30: the rest waits for it
    slow.ws.resume();
    expect(await slow.until(({ result }) => result?.id === String(lastSeq))).toHaveProperty("id", 1);
  });

  it("carry text of at most 4 MiB", async () => {
    await using t = await openTestRest();
    const [large, binary] = [await open(t), await open(t)];
    large.send("x".repeat(4 * 1024 * 1024 + 1));
    expect(await large.closed).toMatchObject({ code: 1009 });
    binary.ws.send(Buffer.from("{}"));
    expect(await binary.closed).toMatchObject({ code: 1003 });
    expect(t.errors).toEqual([]);
  });

  it("are so many of one owner, also without a call: the next is told why it is closed, until one has gone", async () => {
    await using t = await openTestRest("ann", { limits: { sockets: 2 } });
    const first = await open(t);
    await open(t);
    const third = await open(t);
    expect(await third.closed).toMatchObject({ code: 4429 });
    expect(third.messages).toMatchObject([
      { error: { data: { cc: { code: "SOCKET_LIMIT_REACHED", retry: "later" } } } },
    ]);
    const path = `/api/v1/sessions/${await t.openSession()}/stream`;
    const refused = { status: 429, body: { code: "SOCKET_LIMIT_REACHED" } };
    expect(await tryOpen(`${t.url}${path}`, { token: t.token })).toMatchObject(refused);
    expect(t.followers()).toBe(0);
    const other = await openSocket(`${t.url}/trpc`, { token: await signToken("bob") });
    other.send("PING");
    await other.until((message) => message === "PONG");
    const { text: metrics } = await t.meter.render();
    expect(metrics).toContain('cc_docker_refusals_total{code="SOCKET_LIMIT_REACHED"} 2');
    first.ws.close();
    await first.closed;
    await expect.poll(() => tryOpen(`${t.url}${path}`, { token: t.token })).toHaveProperty("ws");
  });

  it("answer a PING as the stock client asks for", async () => {
    await using t = await openTestRest();
    const socket = await open(t);
    socket.send("PING");
    expect(await socket.until((message) => message === "PONG")).toBe("PONG");
  });

  it("are opened for pages of the gateway's own and of allowed origins only, and by its own names", async () => {
    await using t = await openTestRest("ann", { corsOrigins: ["https://app.example"] });
    const ask = (headers: Record<string, string>) => tryOpen(`${t.url}/trpc`, { headers });
    expect(await ask({ origin: "https://app.example" })).toHaveProperty("ws");
    expect(await ask({ origin: t.url })).toHaveProperty("ws");
    const refused = (code: string) => ({ status: 403, body: { error: { code } } });
    expect(await ask({ origin: "https://evil.example" })).toMatchObject(refused("ORIGIN_REFUSED"));
    expect(await ask({ host: "evil.example" })).toMatchObject(refused("HOST_REFUSED"));
  });
});

describe("what asks for another protocol", () => {
  it("is a plain request when it is no WebSocket that it asks for", async () => {
    await using t = await openTestRest();
    const answer = await sendRaw(
      t,
      "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("is refused and hung up on where there is no WebSocket, or the handshake is none", async () => {
    await using t = await openTestRest();
    const ask = (line: string, more: string) =>
      sendRaw(t, `${line} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n${more}\r\n`);
    expect(await ask("GET /health", UPGRADE)).toMatch(/^HTTP\/1\.1 404 [^]*"ROUTE_NOT_FOUND"/);
    expect(await ask("POST /trpc", UPGRADE)).toMatch(/^HTTP\/1\.1 400 [^]*"REQUEST_INVALID"/);
    expect(await ask("GET /trpc", UPGRADE.replace("13", "7"))).toMatch(/^HTTP\/1\.1 400 [^]*"REQUEST_INVALID"/);
    expect(await ask("GET /trpc", UPGRADE.replace("==", ""))).toMatch(/^HTTP\/1\.1 400 [^]*"REQUEST_INVALID"/);
    const { text: metrics } = await t.meter.render();
    expect(metrics).toContain('cc_docker_requests_total{endpoint="/trpc",method="GET",status="400"} 3');
    expect(metrics).toContain('cc_docker_refusals_total{code="ROUTE_NOT_FOUND"} 1');
    expect(t.errors).toEqual([]);
  });

  it("holds none of its owner's streams when its handshake is none", async () => {
    await using t = await openTestRest("ann", { limits: { subscriptions: 1 } });
    const path = `/api/v1/sessions/${await t.openSession()}/stream`;
    const wrong = UPGRADE.replace("13", "7");
    const bytes = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nAuthorization: Bearer ${t.token}\r\n${wrong}\r\n`;
    for (let n = 0; n < 3; n += 1) expect(await sendRaw(t, bytes)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await tryOpen(`${t.url}${path}`, { token: t.token })).toHaveProperty("ws");
  });

  it("is hung up on when it never says who it is", async () => {
    await using t = await openTestRest("ann", { socketTimes: { helloWithinMs: 100, beatMs: 10_000 } });
    for (const path of ["/trpc", "/trpc?connectionParams=1"])
      expect(await (await openSocket(`${t.url}${path}`)).closed).toMatchObject({ code: 4401 });
  });
});
