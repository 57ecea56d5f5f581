/**
 * A process that has little to do while others are busy: it asks a gateway for its health every so often, when it is
 * told the URL, until it is told anything else, and then says how long each answer took, in milliseconds. Ends with its
 * parent.
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
await serveParent(createServer());
