/**
 * So many subscribers of one stream, in a process of their own, which do no more than find the marks of a bench's events
 * in what they receive. Ends with its parent.
 */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { MARK, MARK_LENGTH, readMark } from "./mark.ts";
import type { FromSubscribers, SubscribersOptions, ToSubscribers } from "./messages.ts";

const options = JSON.parse(process.argv[2] ?? "") as SubscribersOptions;
/** So many knock at one time. */
const AT_ONCE = 50;

let awaited = 0;
let latencies: number[] = [];

function take(chunk: Buffer): void {
  const now = Date.now();
  for (let at = chunk.indexOf(MARK); at !== -1; at = chunk.indexOf(MARK, at + 1)) {
    awaited -= 1;
    if (at + MARK_LENGTH <= chunk.length) latencies.push(now - readMark(chunk, at));
    if (awaited === 0) say({ latencies });
  }
}

async function subscribe(): Promise<Socket> {
  const { host, port, head } = options;
  const socket = connect({ host, port });
  socket.setNoDelay(true);
  await once(socket, "connect");
  socket.write(head);
  const [answer] = (await once(socket, "data")) as [Buffer];
  if (!/^HTTP\/1.1 (200|101) /.test(answer.toString("latin1"))) throw new Error(answer.toString());
  for (const message of options.messages ?? []) socket.write(Buffer.from(message, "base64"));
  socket.on("data", take);
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
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined); // Ctrl-C is the bench's business

for (let open = 0; open < options.count; open += AT_ONCE)
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, options.count - open) }, subscribe));
process.send?.("ready");
