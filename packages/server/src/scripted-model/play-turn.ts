// Performs the steps of one model turn, in their time.
import { setImmediate as nextTick, setTimeout as sleep } from "node:timers/promises";
import type { MessageWriter } from "./message-writer.ts";
import type { ModelStep, ModelTurn } from "./parse-script.ts";

// The real API pings through long pauses; clients take a stream silent for minutes for dead.
const PING_EVERY_MS = 5_000;

export async function playTurn(
  turn: ModelTurn,
  writer: MessageWriter,
  signal: AbortSignal,
): Promise<"answered" | "cut"> {
  let inText = false;
  for (const step of turn) {
    if (step.kind === "cut") return "cut";
    // Lines of the script stay lines in the text block they share.
    if (inText && isText(step)) await writer.text("\n");
    if (isText(step) || isBlock(step)) inText = isText(step);
    await playStep(step, writer, signal);
  }
  return "answered";
}

function isText({ kind }: ModelStep): boolean {
  return kind === "say" || kind === "split" || kind === "stream";
}

function isBlock({ kind }: ModelStep): boolean {
  return kind === "think" || kind === "tool";
}

async function playStep(step: ModelStep, writer: MessageWriter, signal: AbortSignal): Promise<unknown> {
  switch (step.kind) {
    case "say":
      return writer.text(step.text);
    case "split":
      return writer.splitText(step.text);
    case "think":
      return writer.thinking(step.text);
    case "tool":
      return writer.toolUse(step.name, step.input);
    case "stream":
      return streamWords(step, writer, signal);
    case "wait":
      return waitAlive(step.ms, writer, signal);
    case "stall":
      return sleep(step.ms, undefined, { signal });
    case "cut":
    case "fail":
      return undefined; // decided before the turn is played
    default:
      return step satisfies never;
  }
}

interface WordStream {
  words: number;
  everyMs: number;
}

/** Paced against the start, so that timer error does not add up over hundreds of words. */
async function streamWords({ words, everyMs }: WordStream, writer: MessageWriter, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  for (let word = 1; word <= words; word += 1) {
    await writer.text(word < words ? `word${word} ` : `word${word}`);
    const aheadMs = startedAt + word * everyMs - performance.now();
    if (word < words && aheadMs > 0) await sleep(aheadMs, undefined, { signal });
    else if (word % 64 === 0) await nextTick(undefined, { signal });
  }
}

async function waitAlive(ms: number, writer: MessageWriter, signal: AbortSignal): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= PING_EVERY_MS) {
    await sleep(Math.min(leftMs, PING_EVERY_MS), undefined, { signal });
    if (leftMs > PING_EVERY_MS) await writer.ping();
  }
}
