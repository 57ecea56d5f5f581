import { z } from "zod";

/** A session's id (UUID). Never Claude's own session id, never a container's. */
export const SessionId = z.uuid().brand<"SessionId">();
export type SessionId = z.infer<typeof SessionId>;

/** A turn's id (UUID): the `message_id` of the API and the `uuid` given to Claude with the prompt. */
export const TurnId = z.uuid().brand<"TurnId">();
export type TurnId = z.infer<typeof TurnId>;
