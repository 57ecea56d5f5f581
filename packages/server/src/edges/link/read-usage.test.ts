import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { type CallUse, readUsage } from "./read-usage.ts";

const START = {
  type: "message_start",
  message: {
    model: "claude-opus-5-5",
    usage: { input_tokens: 100, cache_read_input_tokens: 20, cache_creation_input_tokens: 3, output_tokens: 1 },
  },
};
const DELTA = { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 40 } };

async function usesOf(
  chunks: readonly (string | Buffer)[],
  headers: IncomingMessage["headers"] = { "content-type": "text/event-stream; charset=utf-8" },
  statusCode = 200,
): Promise<CallUse[]> {
  const uses: CallUse[] = [];
  const answer = Object.assign(new PassThrough(), { headers, statusCode }) as unknown as IncomingMessage & PassThrough;
  readUsage(answer, (use) => uses.push(use));
  for (const chunk of chunks) answer.write(chunk);
  answer.end();
  await answer.resume().toArray();
  return uses;
}

function sse(...messages: { type: string }[]): string {
  return messages.map((message) => `event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`).join("");
}

const begun = { inputTokens: 100, outputTokens: 1, cacheReadTokens: 20, cacheCreationTokens: 3 };

test("a stream tells at its begin and at its end; what the end leaves out stays", async () => {
  expect(await usesOf([sse(START, DELTA)])).toEqual([
    { model: "claude-opus-5-5", usage: begun, hourCacheTokens: 0 },
    { model: "claude-opus-5-5", usage: { ...begun, outputTokens: 40 }, hourCacheTokens: 0 },
  ]);
});

test("what is written to the cache for an hour is told apart, and stays", async () => {
  const cache_creation = { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 2 };
  const start = { ...START, message: { ...START.message, usage: { ...START.message.usage, cache_creation } } };
  const uses = await usesOf([sse(start, DELTA)]);
  expect(uses.map(({ usage, hourCacheTokens }) => [usage.cacheCreationTokens, hourCacheTokens])).toEqual([
    [3, 2],
    [3, 2],
  ]);
});

test("a stream that is cut off has told what it told", async () => {
  const cut = sse(START, DELTA);
  expect((await usesOf([cut.slice(0, -30)])).at(-1)?.usage).toEqual(begun);
});

test("bytes may come one by one", async () => {
  const bytes = Buffer.from(sse({ ...START, message: { ...START.message, model: "é" } } as never, DELTA));
  expect((await usesOf([...bytes].map((byte) => Buffer.from([byte])))).at(-1)).toMatchObject({ model: "é" });
});

test("an answer that is no stream tells at its end", async () => {
  const whole = JSON.stringify({ model: "m", usage: { input_tokens: 5, output_tokens: 6 } });
  const json = { "content-type": "application/json" };
  const usage = { inputTokens: 5, outputTokens: 6, cacheReadTokens: 0, cacheCreationTokens: 0 };
  expect(await usesOf([whole.slice(0, 9), whole.slice(9)], json)).toEqual([{ model: "m", usage, hourCacheTokens: 0 }]);
  expect(await usesOf([JSON.stringify({ input_tokens: 5 })], json)).toEqual([]);
});

test("what is no answer of the model tells nothing", async () => {
  expect(await usesOf([sse(START)], { "content-type": "text/event-stream" }, 529)).toEqual([]);
  expect(await usesOf(['data: {"type":"message_start",garbage\n\n', "data: \n"])).toEqual([]);
  const text = { type: "content_block_delta", delta: { text: JSON.stringify(START) } };
  expect(await usesOf([sse(text)])).toEqual([]);
  const odd = { ...START, message: { model: 7, usage: { input_tokens: -5, output_tokens: "many" } } };
  expect((await usesOf([sse(odd)])).map(({ usage }) => usage.inputTokens)).toEqual([0]);
});

test("a line without an end holds no memory beyond its limit", async () => {
  const endless = Array.from({ length: 20 }, () => Buffer.alloc(1024 * 1024, "x"));
  expect(await usesOf([...endless, "\n", sse(DELTA)])).toHaveLength(1);
});
