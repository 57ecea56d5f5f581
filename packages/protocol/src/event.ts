import { z } from "zod";
import { SessionId, TurnId } from "./ids.ts";

/** Every event type the gateway itself writes: one row each. */
export const EVENT_TYPES = {
  "session.starting": "The session was accepted and its instance is being started.",
  "session.idle": "The agent is ready and waits for a prompt.",
  "session.running": "The agent works on a turn.",
  "session.stopped": "The session was stopped; its container is gone, its log stays.",
  "session.failed": "The session cannot go on; `data.error` says why.",
  "turn.queued": "A prompt was accepted and is on disk; `data.prompt` holds it.",
  "turn.started": "The prompt is being handed to the agent.",
  "turn.completed": "The agent answered; `data.result` holds the text, usage, cost and duration.",
  "turn.failed": "The turn ended without an answer; `data.error` says why.",
  "turn.cancelled": "The turn was still waiting when its session ended; it never ran.",
} as const;
export type GatewayEventType = keyof typeof EVENT_TYPES;

/** A message of Claude Code, untouched in `data`: `agent.system`, `agent.assistant`, `agent.stream_event`, `agent.result` … */
export type AgentEventType = `agent.${string}`;
export type EventType = GatewayEventType | AgentEventType;

const eventType = z.custom<EventType>(
  (value) => typeof value === "string" && (Object.hasOwn(EVENT_TYPES, value) || value.startsWith("agent.")),
);

/** One entry of a session's append-only log. `seq` counts 1, 2, 3 … within the session, without gaps. */
export const Event = z.object({
  seq: z.int().positive(),
  sessionId: SessionId,
  type: eventType,
  turnId: TurnId.optional(),
  at: z.iso.datetime(),
  data: z.unknown(),
});
export type Event = z.infer<typeof Event>;

/** What followers and writers agree is the end of a turn. */
export function endsTurn(type: EventType): boolean {
  return type === "turn.completed" || type === "turn.failed" || type === "turn.cancelled";
}

/** After one of these no further event comes. */
export function endsSession(type: EventType): boolean {
  return type === "session.stopped" || type === "session.failed";
}
