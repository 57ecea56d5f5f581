/** A WebSocket client of a test: what came, and what it was closed with. */
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket } from "ws";

export type TestSocket = {
  ws: WebSocket;
  /** Everything that came, as JSON, or as text where it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- messages are looked at, not used
  messages: any[];
  send(message: unknown): void;
  /** Waits until a message is so, and returns it. */
  // oxlint-disable-next-line typescript/no-explicit-any -- messages are looked at, not used
  until(isWanted: (message: any) => boolean): Promise<any>;
  closed: Promise<{ code: number; reason: string }>;
};
type Refused = { status: number; type: string | undefined; body: unknown };

export type SocketOptions = { token?: string; protocols?: string[]; headers?: Record<string, string> };

/** @param url of the gateway; with the path of a WebSocket */
export async function openSocket(url: string, options: SocketOptions = {}): Promise<TestSocket> {
  const opened = await tryOpen(url, options);
  if ("status" in opened) throw new Error(`refused: ${JSON.stringify(opened)}`);
  return opened;
}

/** @returns the answer instead, where the gateway opens none */
export async function tryOpen(
  url: string,
  { token, protocols = [], headers = {} }: SocketOptions = {},
): Promise<TestSocket | Refused> {
  const sent: ClientOptions = { headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers } };
  const ws = new WebSocket(url.replace(/^http/, "ws"), protocols, sent);
  onTestFinished(() => ws.terminate());
  const socket = listen(ws);
  const refused = new Promise<Refused>((resolve, reject) => {
    ws.on("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => void (body += chunk.toString()));
      const { statusCode: status = 0, headers: given } = response;
      response.on("end", () => resolve({ status, type: given["content-type"], body: JSON.parse(body) }));
    });
    ws.on("error", reject);
  });
  return Promise.race([once(ws, "open").then(() => socket), refused]);
}

function listen(ws: WebSocket): TestSocket {
  const messages: unknown[] = [];
  const waiting = new Set<() => void>();
  ws.on("message", (data) => {
    const text = (data as Buffer).toString();
    messages.push(text === "PONG" || text === "PING" ? text : JSON.parse(text));
    for (const look of waiting) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    ws.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  function until(isWanted: (message: unknown) => boolean): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!messages.some(isWanted)) return;
        waiting.delete(look);
        resolve(messages.find(isWanted));
      };
      waiting.add(look);
      look();
      void closed.then(({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`)));
    });
  }
  return {
    ws,
    messages,
    send: (message) => ws.send(typeof message === "string" ? message : JSON.stringify(message)),
    until,
    closed,
  };
}
