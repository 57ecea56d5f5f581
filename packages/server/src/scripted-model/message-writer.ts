// What the two forms of an answer have in common: the stream of events and the one JSON document.
import { createHash, randomUUID } from "node:crypto";
import type { ModelRequest } from "./messages-api.ts";

export type StopReason = "end_turn" | "tool_use" | "max_tokens";

/** Takes the parts of an answer in order. Each call resolves when its bytes are handed to the system. */
export interface MessageWriter {
  /** Text in a row is one block. */
  text(text: string): Promise<void>;
  /** Text whose event is sent one byte at a time, where the form has events. */
  splitText(text: string): Promise<void>;
  thinking(text: string): Promise<void>;
  toolUse(name: string, input: Record<string, unknown>): Promise<void>;
  ping(): Promise<void>;
  finish(stopReason: StopReason): void;
}

export function newMessage({ model, usage }: ModelRequest) {
  return {
    id: newId("msg"),
    type: "message",
    role: "assistant",
    model,
    content: [] as unknown[],
    stop_reason: null as StopReason | null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  };
}

export function newId(prefix: "msg" | "toolu" | "req"): string {
  return `${prefix}_01${randomUUID().replaceAll("-", "").slice(0, 22)}`;
}

/** Thinking comes signed, and goes back as it came; what the signature says is nobody's business. */
export function signThinking(thinking: string): string {
  return createHash("sha256").update(thinking).digest("base64");
}
