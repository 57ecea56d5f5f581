import { z } from "zod";
import { SessionId } from "./ids.ts";
import { errorShape } from "./turn.ts";

export const SESSION_STATUSES = ["starting", "idle", "running", "stopped", "failed"] as const;
export const SessionStatus = z.enum(SESSION_STATUSES);
export type SessionStatus = z.infer<typeof SessionStatus>;

/** What a caller may choose about the agent of a session. */
export const SessionConfig = z.strictObject({
  /** Model name or alias as Claude Code takes it ("opus", "sonnet", a full id); its own default when absent. */
  model: z
    .string()
    .regex(/^[\w.:@/[\]-]{1,200}$/)
    .optional(),
  /** Added to Claude Code's own system prompt. At most 100,000 characters. */
  systemPrompt: z
    .string()
    .min(1)
    .max(100_000)
    .refine((text) => text.isWellFormed(), "has half a surrogate pair")
    .optional(),
});
export type SessionConfig = z.infer<typeof SessionConfig>;

/** One conversation with an agent. */
export const Session = z.object({
  id: SessionId,
  status: SessionStatus,
  config: SessionConfig,
  /** Number of the newest event; 0 before the first. */
  lastSeq: z.int().nonnegative(),
  /** Turns that reached their end, whatever it was. */
  turnCount: z.int().nonnegative(),
  /** Sum over the turns, in US dollars, as Claude Code estimates it. */
  costUsd: z.number().nonnegative(),
  createdAt: z.iso.datetime(),
  /** Last change of status, prompt or event. */
  updatedAt: z.iso.datetime(),
  /** Why the session is `failed`. */
  error: errorShape.optional(),
});
export type Session = z.infer<typeof Session>;
