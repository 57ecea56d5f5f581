import { z } from "zod";
import { SessionId, TurnId } from "./ids.ts";
import { ToolRule } from "./tool-rule.ts";
import { errorShape, TurnTotals } from "./turn.ts";

export const SESSION_STATUSES = ["starting", "idle", "running", "paused", "stopped", "failed"] as const;
export const SessionStatus = z.enum(SESSION_STATUSES);
export type SessionStatus = z.infer<typeof SessionStatus>;

/** What happens to a turn whose agent, wrapper or container died under it: it is resumed, or it fails. */
export const ON_CRASH = ["resume", "fail"] as const;

/** Who decides about a tool call that no rule decides: nobody, for the container is the border; or the owner. */
export const PERMISSION_MODES = ["bypass", "ask"] as const;

const MAX_TOOL_RULES = 200;

/** The longest of all timeouts, in seconds: a day. An operator's own maximum is lower or the same. */
const MAX_TIMEOUT_SECONDS = 86_400;
const timeout = z.number().positive().max(MAX_TIMEOUT_SECONDS).optional();

/** What a caller may choose about a session. Timeouts in seconds; the operator's default where absent. */
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
  /** `resume` when absent. */
  onCrash: z.enum(ON_CRASH).optional(),
  /** `bypass` when absent. */
  permissionMode: z.enum(PERMISSION_MODES).optional(),
  /** Only these tools may be used; all when absent or when `*` is among them. */
  allowedTools: z
    .array(z.union([ToolRule, z.literal("*")]))
    .max(MAX_TOOL_RULES)
    .optional(),
  /** These may not, whatever else says so. */
  disallowedTools: z.array(ToolRule).max(MAX_TOOL_RULES).optional(),
  /** From the start of the container to an agent that is ready. */
  startupTimeout: timeout,
  /** Without a turn; then the agent is parked: its processes stand still until the next prompt. */
  parkAfter: timeout,
  /** Without a turn, parked or not; then the session is stopped. A prompt wakes it. */
  idleTimeout: timeout,
  /** Of one life of the session, from its start or waking; then it is stopped. */
  sessionTimeout: timeout,
  /** Of one turn; then it is interrupted. */
  requestTimeout: timeout,
});
export type SessionConfig = z.infer<typeof SessionConfig>;

/** What a session uses just now. */
export const SessionStats = z.object({
  status: SessionStatus,
  /** Absent while the session has no container, as at rest. */
  container: z
    .object({
      /** Of one core, so two that are busy are 200: since the last look, or over a moment when there was none. */
      cpuPercent: z.number().nonnegative(),
      /** Without what the kernel could drop. */
      memoryBytes: z.number().nonnegative(),
      /** What went in over the link, which is all the network it has: since its start, or this gateway's. */
      networkRxBytes: z.number().nonnegative(),
      /** What came out over the link. */
      networkTxBytes: z.number().nonnegative(),
    })
    .optional(),
});
export type SessionStats = z.infer<typeof SessionStats>;

/** One conversation with an agent. */
export const Session = z.object({
  id: SessionId,
  status: SessionStatus,
  /** Of a `paused` session: for idleness, not by a person. The next prompt goes on as if it were `idle`. */
  parked: z.literal(true).optional(),
  config: SessionConfig,
  /** Number of the newest event; 0 before the first. */
  lastSeq: z.int().nonnegative(),
  /** Turns that reached their end, whatever it was. */
  turnCount: z.int().nonnegative(),
  /** Sum over the turns, in US dollars, as Claude Code estimates it. */
  costUsd: z.number().nonnegative(),
  /** Time, calls of the model and tokens, summed over the turns. */
  totals: TurnTotals,
  /** Present on a fork: the session it comes from, and the newest turn of that one whose conversation it has. */
  forkedFrom: z.object({ sessionId: SessionId, turnId: TurnId.optional() }).optional(),
  createdAt: z.iso.datetime(),
  /** Last change of status, prompt or event. */
  updatedAt: z.iso.datetime(),
  /** Why the session is `failed`. */
  error: errorShape.optional(),
});
export type Session = z.infer<typeof Session>;
