import { z } from "zod";
import { EVENT_TYPES, type EventType } from "./event-type.ts";
import { SessionId, TurnId } from "./ids.ts";

const eventType = z.custom<EventType>(
  (value) => typeof value === "string" && (Object.hasOwn(EVENT_TYPES, value) || value.startsWith("agent.")),
);

export const Event = z
  .object({
    seq: z.int().positive().describe("Counts 1, 2, 3 … within the session, without gaps."),
    sessionId: SessionId,
    type: eventType.describe("A type of the table of events, or `agent.` with the type of Claude Code's message."),
    turnId: TurnId.optional().describe("The turn that it belongs to, if it belongs to one."),
    at: z.iso.datetime().describe("When it was stored."),
    data: z.unknown().describe("What the type says; of `agent.` types Claude Code's own message."),
  })
  .describe("One entry of a session's append-only log.");
export type Event = z.infer<typeof Event>;
