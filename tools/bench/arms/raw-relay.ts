/** A pipe, a line reader and an event stream, without a log: what the relay of the same events costs at least. */
import { join } from "node:path";
import { withinSample } from "../or-abort.ts";
import { forkChild } from "../stand/fork-child.ts";

export type RawRelay = AsyncDisposable & {
  /** Events a second, from the prompt to the last of them, parsed. */
  relay(events: number): Promise<number>;
};

const END = "\n\n";

export async function openRawRelay(signal: AbortSignal): Promise<RawRelay> {
  const child = await forkChild(join(import.meta.dirname, "../stand/raw-relay.ts"), [], signal);
  const leaving = new AbortController();
  const { body } = await fetch(child.url, { signal: leaving.signal });
  let answer = Promise.withResolvers<void>();
  const take = ({ type }: { type: string }) => type === "result" && answer.resolve();
  void readEvents(body as ReadableStream<Uint8Array>, take).catch((error: unknown) => answer.reject(error));

  async function relay(events: number): Promise<number> {
    answer = Promise.withResolvers();
    const startedAt = performance.now();
    await fetch(new URL(String(events), child.url), { method: "POST", signal });
    await withinSample(answer.promise, signal);
    return events / ((performance.now() - startedAt) / 1000);
  }

  async function close(): Promise<void> {
    answer.promise.catch(() => undefined);
    leaving.abort();
    await child[Symbol.asyncDispose]();
  }

  return { relay, [Symbol.asyncDispose]: close };
}

async function readEvents(body: ReadableStream<Uint8Array>, take: (event: { type: string }) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split(END);
    rest = pieces.pop() ?? "";
    for (const piece of pieces) take(JSON.parse(piece.slice("data: ".length, piece.indexOf("\n"))) as { type: string });
  }
}
