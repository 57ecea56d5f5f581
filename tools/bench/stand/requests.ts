/**
 * Asks the same over and over, on some connections that are kept, each waiting for its answer; in a process of its own.
 * Ends with its parent, to which it tells how many answers came in the time it was given.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { endWithParent } from "./end-with-parent.ts";
import { createAnswerReader } from "./read-answers.ts";

export type RequestsOptions = { url: string; path: string; token?: string; connections: number };

const { url, path, token, connections } = JSON.parse(process.argv[2] ?? "") as RequestsOptions;
const { hostname: host, port } = new URL(url);
const identity = token ? `Authorization: Bearer ${token}\r\n` : "";
const REQUEST = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n${identity}\r\n`);

let isAsking = false;
let answers = 0;

async function open(): Promise<Socket> {
  const socket = connect({ host, port: Number(port) });
  socket.setNoDelay(true);
  await once(socket, "connect");
  const read = createAnswerReader(() => {
    answers += 1;
    if (isAsking) socket.write(REQUEST);
  });
  socket.on("data", read);
  socket.on("close", () => process.exit(1));
  return socket;
}

const sockets = await Promise.all(Array.from({ length: connections }, open));

async function ask(ms: number): Promise<void> {
  [isAsking, answers] = [true, 0];
  const startedAt = performance.now();
  for (const socket of sockets) socket.write(REQUEST);
  await delay(ms);
  isAsking = false;
  const perSecond = answers / ((performance.now() - startedAt) / 1000);
  await delay(100); // the last answers
  process.send?.({ perSecond, answers });
}

process.on("message", ({ ms }: { ms: number }) => void ask(ms));
endWithParent();
process.send?.("ready");
