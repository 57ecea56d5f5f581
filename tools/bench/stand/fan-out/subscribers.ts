/**
 * So many subscribers of one stream, in a process of their own, which do no more than find the marks of a bench's events
 * in what they receive. Ends with its parent.
 */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { endWithParent } from "../end-with-parent.ts";
import { isStarted, MARK, MARK_LENGTH, readMark } from "./mark.ts";
import type { FromSubscribers, SubscribersOptions, ToSubscribers } from "./messages.ts";
import { PONG } from "./web-socket.ts";

const options = JSON.parse(process.argv[2] ?? "") as SubscribersOptions;
/** So many knock at one time. */
const AT_ONCE = 50;

const PONG_EVERY_MS = 10_000;

let awaited = 0;
let latencies: number[] = [];

/** A mark may be cut in two. */
function createReader(): (chunk: Buffer) => void {
  let isCut = false;
  return (chunk) => {
    const now = Date.now();
    if (isCut && isStarted(chunk, 0)) count();
    isCut = chunk.at(-1) === MARK;
    for (let at = chunk.indexOf(MARK); at !== -1; at = chunk.indexOf(MARK, at + 1)) {
      if (!isStarted(chunk, at + 1)) continue;
      if (at + MARK_LENGTH <= chunk.length) latencies.push(now - readMark(chunk, at));
      count();
    }
  };
}

function count(): void {
  awaited -= 1;
  if (awaited === 0) say({ latencies });
}

async function subscribe(): Promise<Socket> {
  const { host, port, head } = options;
  const socket = connect({ host, port });
  socket.setNoDelay(true);
  await once(socket, "connect");
  socket.write(head);
  const [answer] = (await once(socket, "data")) as [Buffer];
  if (!/^HTTP\/1.1 (200|101) /.test(answer.toString("latin1"))) throw new Error(answer.toString());
  if (options.first !== undefined) {
    socket.write(Buffer.from(options.first, "base64"));
    await once(socket, "data"); // it has begun
    setInterval(() => socket.write(PONG), PONG_EVERY_MS);
  }
  socket.on("data", createReader());
  socket.on("close", () => process.exit(1)); // a subscriber that is cut off spoils the sample
  return socket;
}

function say(message: FromSubscribers): void {
  process.send?.(message);
}

process.on("message", ({ deliveries }: ToSubscribers) => {
  awaited = deliveries;
  latencies = [];
  say({ latencies }); // it listens
});
endWithParent();

for (let open = 0; open < options.count; open += AT_ONCE)
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, options.count - open) }, subscribe));
process.send?.("ready");
