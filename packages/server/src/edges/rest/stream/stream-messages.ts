/**
 * What a session's socket sends, made of the session's events: one row a kind of event; what has no row is not sent.
 * An agent may write anything into its messages: what is not as expected is left out.
 */
import { type ErrorShape, type Event, TurnResult } from "@cc-docker/protocol";
import { type Encode, type EventRow, encodeOnce } from "../../../core/core.ts";
import { isRecord, recordOf } from "../../../lib/json.ts";
import { toTextFrames } from "../../../lib/text-frames.ts";
import { toRest } from "../convert.ts";
import { renameWords } from "../table/names.ts";
import { ChatResult } from "../table/shapes.ts";

export const STREAM_FORMATS = ["messages", "raw"] as const;
export type StreamFormat = (typeof STREAM_FORMATS)[number];
type Message = Record<string, unknown> & { type: string };
type Fields = Record<string, unknown>;

export type MessageRow = {
  /** Of these types. */
  events: readonly string[];
  /** For the document: what is sent, and when. */
  sends: string;
  meaning: string;
  messages(event: Event, data: Fields): Message[];
  /** With `format=raw`, where it differs. */
  raw?(event: Event, data: Fields): Message[];
};

/** Far more than a message has. Empty ones are three bytes to the agent, and a message each to all who follow. */
export const MAX_BLOCKS = 100;

const asItIs = (_event: Event, data: Fields): Message[] => [data as Message];

export const STREAM_MESSAGES: readonly MessageRow[] = [
  {
    events: ["agent.assistant"],
    sends: "`assistant` or `tool_use`, one for each block of the agent's message",
    meaning: "What the agent says, in `message`; which `tool` it calls, with which `input`",
    messages: (_event, { message }) => blocksOf(message).map(toBlockMessage),
    raw: asItIs,
  },
  {
    events: ["turn.completed"],
    sends: "`result` with the subtype `success`",
    meaning: "The answer to a prompt, with its time, cost and usage",
    messages: (_event, { result }) => [{ type: "result", subtype: "success", ...wordResult(result) }],
    raw: () => [], // Claude Code has said it
  },
  {
    events: ["turn.failed", "turn.interrupted", "turn.cancelled"],
    sends: "`result` with the subtype `error`",
    meaning: "The prompt came to no answer; `error` says why, and `result` what there was by then",
    messages: (_event, { result, error }) => [
      { type: "result", subtype: "error", ...wordResult(result), error: wordError(error) },
    ],
    raw: (_event, { error }) => [systemMessage("error", wordError(error))],
  },
  {
    events: ["session.idle", "session.running"],
    sends: "`system` with the event `session_started`",
    meaning: "The agent is ready: for the first time, after a rest, or again after a crash",
    messages: (_event, { reason }) =>
      reason === "ready" || reason === "resumed" ? [systemMessage("session_started", { reason })] : [],
  },
  {
    events: ["session.stopped"],
    sends: "`system` with the event `session_stopped`",
    meaning: "The session rests; a prompt wakes it",
    messages: (_event, { reason }) => [systemMessage("session_stopped", { reason })],
  },
  {
    events: ["session.failed"],
    sends: "`system` with the event `error`, and another with `session_stopped`",
    meaning: "Something went wrong, and the session rests; a prompt wakes it",
    messages: (_event, { reason, error }) => [
      systemMessage("error", wordError(error)),
      systemMessage("session_stopped", { reason }),
    ],
  },
];

const BY_TYPE = new Map(STREAM_MESSAGES.flatMap((row) => row.events.map((type) => [type, row] as const)));

/** The frames that a page becomes, by what the socket has asked for; made once, however many follow. */
export const PAGE_FRAMES: Readonly<Record<StreamFormat, Encode>> = {
  messages: encodeOnce((page) => toTextFrames(page.flatMap((row) => encodeEvent(row, "messages")))),
  raw: encodeOnce((page) => toTextFrames(page.flatMap((row) => encodeEvent(row, "raw")))),
};

/** The messages that an event becomes, if any. The last carries its `seq`. */
function encodeEvent({ json }: EventRow, format: StreamFormat): string[] {
  const event = JSON.parse(json) as Event;
  const made = messagesOf(event, format);
  return made.map((message, at) => {
    const mine = { ...message, ...(event.turnId && { message_id: event.turnId }) };
    return JSON.stringify(at === made.length - 1 ? { ...mine, seq: event.seq } : mine);
  });
}

export function systemMessage(event: "session_started" | "session_stopped" | "error", data: object): Message {
  return { type: "system", event, data };
}

/** A code of the error table with its words, by the names of REST. */
export function wordError(error: unknown): object {
  const { code, message, hint, retry, retryAfterSeconds } = recordOf(error) as Partial<ErrorShape>;
  const words = { code, message: renameWords(String(message)), hint: renameWords(String(hint)), retry };
  return { ...words, ...(retryAfterSeconds !== undefined && { retry_after_seconds: retryAfterSeconds }) };
}

function messagesOf(event: Event, format: StreamFormat): Message[] {
  const data = recordOf(event.data);
  const row = BY_TYPE.get(event.type);
  if (format === "messages") return row?.messages(event, data) ?? [];
  if (row) return (row.raw ?? row.messages)(event, data);
  return event.type.startsWith("agent.") ? asItIs(event, data) : [];
}

function blocksOf(message: unknown): Fields[] {
  const { content } = recordOf(message);
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content.slice(0, MAX_BLOCKS).filter(isRecord) : [];
}

function toBlockMessage(block: Fields): Message {
  if (block["type"] !== "tool_use") return { type: "assistant", message: block };
  return { type: "tool_use", tool: block["name"], input: block["input"], tool_use_id: block["id"] };
}

/** As REST answers a prompt. */
function wordResult(given: unknown): Fields {
  const parsed = TurnResult.safeParse(given);
  if (!parsed.success) return {};
  const { text: result, ...rest } = parsed.data;
  return recordOf(toRest(ChatResult, { result, ...rest }));
}
