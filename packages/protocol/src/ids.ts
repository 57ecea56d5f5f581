import { z } from "zod";

/** A session's id (UUID). Never Claude's own session id, never a container's. */
export const SessionId = z.uuid().describe("A session's id.").brand<"SessionId">();
export type SessionId = z.infer<typeof SessionId>;

/** Claude Code's own id of its conversation (UUID). */
export const AgentSessionId = z.uuid().brand<"AgentSessionId">();
export type AgentSessionId = z.infer<typeof AgentSessionId>;

/** A turn's id (UUID), which is also the `uuid` given to Claude with the prompt. */
export const TurnId = z.uuid().describe("A turn's id: over REST, a message's.").brand<"TurnId">();
export type TurnId = z.infer<typeof TurnId>;

/** An approval's id (UUID). Never Claude's own id of the tool call. */
export const ApprovalId = z.uuid().describe("An approval's id.").brand<"ApprovalId">();
export type ApprovalId = z.infer<typeof ApprovalId>;
