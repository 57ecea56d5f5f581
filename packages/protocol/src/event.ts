import { z } from "zod";
import { EVENT_TYPES, type EventType } from "./event-type.ts";
import { SessionId, TurnId } from "./ids.ts";

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
