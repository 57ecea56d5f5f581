// What a prompt tells the scripted model to do: one directive a line, anything else ignored. Pure.
//
//   say: TEXT                      text                       wait: 500ms     a slow model: pings keep the stream alive
//   text: "JSON"                   text of several lines
//   think: TEXT                    thinking                   stall: 10s      a dead stream: silence
//   split: TEXT                    text, sent byte by byte    cut [once]      the connection breaks here
//   stream: 200 words every 5ms    a delta a word             fail: 529 once | twice | 3 times | always [retry-after 2]
//   bash: COMMAND   write: PATH :: CONTENT   tool: NAME {json}
import { isRecord, parseJson } from "./messages-api.ts";

export type ModelStep =
  | { kind: "say"; text: string }
  | { kind: "split"; text: string }
  | { kind: "think"; text: string }
  | { kind: "stream"; words: number; everyMs: number }
  | { kind: "tool"; name: string; input: Record<string, unknown> }
  | { kind: "wait"; ms: number }
  | { kind: "stall"; ms: number }
  | { kind: "cut"; times: number }
  | { kind: "fail"; status: number; times: number; retryAfter?: number };

/** What the model answers to one request. */
export type ModelTurn = readonly ModelStep[];

const MAX_WORDS = 1_000_000;
const MAX_WAIT_MS = 3_600_000;

const DIRECTIVES: Record<string, (text: string) => ModelStep | undefined> = {
  say: (text) => (text === "" ? undefined : { kind: "say", text }),
  text: parseText,
  split: (text) => (text === "" ? undefined : { kind: "split", text }),
  think: (text) => (text === "" ? undefined : { kind: "think", text }),
  bash: (command) => (command === "" ? undefined : { kind: "tool", name: "Bash", input: { command } }),
  write: parseWrite,
  tool: parseTool,
  stream: parseStream,
  wait: (text) => withDuration(text, (ms) => ({ kind: "wait", ms })),
  stall: (text) => withDuration(text, (ms) => ({ kind: "stall", ms })),
  cut: (text) => withTimes(text || "always", (times) => ({ kind: "cut", times })),
  fail: parseFail,
};

/** The turns a prompt asks for; none when it has no directive. */
export function parseScript(prompt: string): ModelTurn[] {
  const turns: ModelStep[][] = [];
  let current: ModelStep[] | undefined;
  for (const step of prompt.split(/\r?\n/).map(parseLine)) {
    if (step === undefined) continue;
    // The model hears the result of a tool before it goes on; calls in a row are one answer.
    if (current === undefined || (current.at(-1)?.kind === "tool" && step.kind !== "tool")) {
      current = [];
      turns.push(current);
    }
    current.push(step);
  }
  return turns;
}

function parseLine(line: string): ModelStep | undefined {
  const match = /^\s*([a-z]+)(?::(.*))?$/s.exec(line.trimEnd());
  const [, name = "", text] = match ?? [];
  if (text === undefined && name !== "cut") return undefined;
  return Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name]?.((text ?? "").trim()) : undefined;
}

function parseText(json: string): ModelStep | undefined {
  const text = parseJson(json);
  return typeof text === "string" && text !== "" ? { kind: "say", text } : undefined;
}

function parseWrite(text: string): ModelStep | undefined {
  const [, path, content] = /^(\S.*?)\s*::\s?(.*)$/s.exec(text) ?? [];
  if (path === undefined || content === undefined) return undefined;
  return { kind: "tool", name: "Write", input: { file_path: path, content } };
}

function parseTool(text: string): ModelStep | undefined {
  const [, name, json] = /^(\S+)(?:\s+(\{.*\}))?$/.exec(text) ?? [];
  const input = parseJson(json ?? "{}");
  return name !== undefined && isRecord(input) ? { kind: "tool", name, input } : undefined;
}

function parseStream(text: string): ModelStep | undefined {
  const [, count, every] = /^(\d+) words?(?: every (.+))?$/.exec(text) ?? [];
  const words = Number(count);
  if (count === undefined || words < 1 || words > MAX_WORDS) return undefined;
  return withDuration(every ?? "0ms", (everyMs) => ({ kind: "stream", words, everyMs }));
}

function parseFail(text: string): ModelStep | undefined {
  const [, status, times, after] = /^([45]\d\d)(?:\s+(?!retry)(.+?))?(?:\s+retry-after (\d+))?$/.exec(text) ?? [];
  if (status === undefined) return undefined;
  const retryAfter = after === undefined ? {} : { retryAfter: Number(after) };
  return withTimes(times ?? "once", (count) => ({ kind: "fail", status: Number(status), times: count, ...retryAfter }));
}

function withDuration(text: string, build: (ms: number) => ModelStep): ModelStep | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s?(ms|s)$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return build(Math.min(Number(amount) * (unit === "s" ? 1000 : 1), MAX_WAIT_MS));
}

function withTimes(text: string, build: (times: number) => ModelStep): ModelStep | undefined {
  if (text === "always") return build(Number.POSITIVE_INFINITY);
  if (text === "once") return build(1);
  if (text === "twice") return build(2);
  const [, count] = /^(\d+) times?$/.exec(text) ?? [];
  return count === undefined ? undefined : build(Number(count));
}
