/** Logs of real Claude Code; `tools/record-streams.ts` makes them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Event, endsTurn } from "@cc-docker/protocol";

export const STREAMS = ["talk", "tools", "subagent", "approvals", "failures", "interrupted", "recovered"] as const;

export function readStream(name: (typeof STREAMS)[number]): Event[] {
  const lines = readFileSync(join(import.meta.dirname, "recorded", `${name}.jsonl`), "utf8");
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

/** The log once each turn has ended: without the deltas of messages that came whole. */
export function compact(events: readonly Event[]): Event[] {
  const lastEnd = events.findLastIndex(({ type }) => endsTurn(type));
  const whole = new Set(events.filter(({ type }) => type === "agent.assistant").map((event) => messageOf(event)));
  return events.filter(
    (event, index) => event.type !== "agent.stream_event" || index > lastEnd || !whole.has(messageOf(event)),
  );
}

function messageOf({ data }: Event): string | undefined {
  const {
    message,
    api_message_id: id,
    event,
  } = data as {
    message?: { id: string };
    api_message_id?: string;
    event?: { message?: { id: string } };
  };
  return message?.id ?? id ?? event?.message?.id;
}
