/**
 * A process that has little to do while others are busy: it asks a gateway for its health every so often, when it is
 * told the URL, until it is told anything else, and then says how long each answer took, in milliseconds. How long its
 * event loop is held up it can be asked over the socket at its argument. Ends with its parent.
 */
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { serveParent } from "./serve-parent.ts";

const EVERY_MS = 50;

let isAsking = false;

async function ask(url: string): Promise<void> {
  const taken: number[] = [];
  isAsking = true;
  while (isAsking) {
    const startedAt = performance.now();
    await fetch(url).then((answer) => answer.arrayBuffer());
    taken.push(performance.now() - startedAt);
    await delay(EVERY_MS);
  }
  process.send?.(taken);
}

process.on("message", (message: string) => {
  if (message.startsWith("http")) void ask(message);
  else isAsking = false;
});
process.env["BENCH_PROBE"] = process.argv[2];
await import(new URL("./probe.mjs", import.meta.url).href);
await serveParent(createServer());
