/** Makes so many events, so many a second: the same events for every server that is compared. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { makeMark } from "./mark.ts";

/** `20 @10`: twenty events, ten a second. */
export function parsePace(text: string): { events: number; everyMs: number } {
  const [events = 0, perSecond] = text.split("@").map(Number);
  return { events, everyMs: perSecond ? 1000 / perSecond : 0 };
}

/** Calls `make` at an even pace, however late it was the last time. */
export async function pace({ events, everyMs }: ReturnType<typeof parsePace>, make: (index: number) => void) {
  const startedAt = performance.now();
  for (let index = 0; index < events; index += 1) {
    await delay(Math.max(0, startedAt + index * everyMs - performance.now()));
    make(index);
  }
}

/** What the gateway sends for one of the stand-in agent's token deltas. */
export function envelope(seq: number): object {
  const [sessionId, turnId, uuid] = [randomUUID(), randomUUID(), randomUUID()];
  const delta = { type: "text_delta", text: `word ${makeMark()} ` };
  const event = { type: "content_block_delta", index: 0, delta };
  const data = { type: "stream_event", event, session_id: sessionId, parent_tool_use_id: null, uuid };
  return { seq, sessionId, turnId, at: new Date().toISOString(), type: "agent.stream_event", data };
}
