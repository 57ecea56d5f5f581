/** What the model's service says that a call has used, read from its answer as that passes by. */
import type { IncomingMessage } from "node:http";
import type { TokenUsage } from "@cc-docker/protocol";
import { z } from "zod";
import { parseJson } from "../../lib/json.ts";

/** `hourCacheTokens`: of all written to the cache, those written for an hour. */
export type CallUse = { model: string; usage: TokenUsage; hourCacheTokens: number };

/** Of an answer that is no stream, and of a line of one that is. What is larger is passed on and not read. */
const MAX_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Of the messages of a stream only these two tell of tokens; the second comes often, and has the sums so far. */
const TELLS = /^data: ?\{"type": ?"(?:message_start|message_delta)"/;

const tokens = z.int().nonnegative().max(1e12).optional().catch(undefined);
const Usage = z
  .object({
    input_tokens: tokens,
    output_tokens: tokens,
    cache_read_input_tokens: tokens,
    cache_creation_input_tokens: tokens,
    cache_creation: z.object({ ephemeral_1h_input_tokens: tokens }).optional().catch(undefined),
  })
  .optional()
  .catch(undefined);
const Message = z.object({ model: z.string().max(200).catch(""), usage: Usage });
const StreamMessage = z.object({ message: Message.optional(), usage: Usage });

/** `onUse` hears the sums so far, each time they grow: of an answer that is cut off, what it told until then. */
export function readUsage(answer: IncomingMessage, onUse: (use: CallUse) => void): void {
  if (answer.statusCode !== 200 || answer.headers["content-encoding"] !== undefined) return;
  const use: CallUse = { model: "", usage: noTokens(), hourCacheTokens: 0 };
  const isStream = answer.headers["content-type"]?.startsWith("text/event-stream") === true;
  const told = (message: z.infer<typeof Message> | undefined, usage: z.infer<typeof Usage>) => {
    if (message) use.model = message.model;
    if (!usage) return;
    addTold(use, usage);
    onUse({ ...use, usage: { ...use.usage } });
  };
  if (isStream) readLines(answer, (line) => readLine(line, told));
  else readWhole(answer, (text) => readMessage(text, told));
}

type Told = (message: z.infer<typeof Message> | undefined, usage: z.infer<typeof Usage>) => void;

function readLine(line: string, told: Told): void {
  if (!TELLS.test(line)) return;
  const parsed = StreamMessage.safeParse(parseJson(line.slice(line.indexOf("{"))));
  if (parsed.success) told(parsed.data.message, parsed.data.message?.usage ?? parsed.data.usage);
}

function readMessage(text: string, told: Told): void {
  const parsed = Message.safeParse(parseJson(text));
  if (parsed.success) told(parsed.data, parsed.data.usage);
}

/** Sums, not steps: what a later message leaves out stays. */
function addTold(use: CallUse, told: NonNullable<z.infer<typeof Usage>>): void {
  const { usage } = use;
  usage.inputTokens = told.input_tokens ?? usage.inputTokens;
  usage.outputTokens = told.output_tokens ?? usage.outputTokens;
  usage.cacheReadTokens = told.cache_read_input_tokens ?? usage.cacheReadTokens;
  usage.cacheCreationTokens = told.cache_creation_input_tokens ?? usage.cacheCreationTokens;
  use.hourCacheTokens = told.cache_creation?.ephemeral_1h_input_tokens ?? use.hourCacheTokens;
}

/** A line is kept only while it may still be one of those that tell. */
function readLines(answer: IncomingMessage, onLine: (line: string) => void): void {
  const line = createKept();
  answer.on("data", (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      line.add(chunk.subarray(start, end));
      const text = line.take();
      if (text !== undefined) onLine(text);
      start = end + 1;
    }
    line.add(chunk.subarray(start));
  });
}

function readWhole(answer: IncomingMessage, onEnd: (text: string) => void): void {
  const whole = createKept();
  answer.on("data", (chunk: Buffer) => whole.add(chunk));
  answer.on("end", () => {
    const text = whole.take();
    if (text !== undefined) onEnd(text);
  });
}

function createKept() {
  let parts: Buffer[] = [];
  let bytes = 0;
  return {
    add(part: Buffer): void {
      if (part.byteLength === 0) return;
      bytes += part.byteLength;
      if (bytes <= MAX_BYTES) parts.push(part);
      else parts = [];
    },
    /** `undefined` when it was too large. */
    take(): string | undefined {
      const text = bytes <= MAX_BYTES ? Buffer.concat(parts).toString() : undefined;
      parts = [];
      bytes = 0;
      return text;
    },
  };
}

function noTokens(): TokenUsage {
  return { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 };
}
