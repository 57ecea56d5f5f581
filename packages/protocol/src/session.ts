import { z } from "zod";
import { SessionId, TurnId } from "./ids.ts";
import { PERMISSION_MODES, SESSION_STATUSES } from "./plain-words.ts";
import { MAX_ALLOWED_RULES, ToolRule } from "./tool-rule.ts";
import { errorShape, TurnTotals } from "./turn.ts";
import { ON_ONE_LINE, VISIBLE } from "./visible-text.ts";
import { Workspace } from "./workspace.ts";

export const SessionStatus = z
  .enum(SESSION_STATUSES)
  .describe("What the session does just now; `stopped` and `failed` are at rest, until a prompt wakes it.");
export type SessionStatus = z.infer<typeof SessionStatus>;

/** What happens to a turn whose agent, wrapper or container died under it: it is resumed, or it fails. */
export const ON_CRASH = ["resume", "fail"] as const;

const MAX_TOOL_RULES = 200;

/** The longest of all timeouts, in seconds: a day. An operator's own maximum is lower or the same. */
const MAX_TIMEOUT_SECONDS = 86_400;
const timeout = z.number().positive().max(MAX_TIMEOUT_SECONDS).optional();

export const SessionName = z
  .string()
  .trim()
  .max(100)
  .regex(ON_ONE_LINE, "must be printable characters in one line")
  .regex(VISIBLE, "must have a character that can be seen")
  .describe("What a person calls it: up to 100 printable characters, not necessarily of one session alone.");

export const SessionConfig = z
  .strictObject({
    model: z
      .string()
      .regex(/^[\w.:@/[\]-]{1,200}$/)
      .optional()
      .describe(
        'Name or alias of a model as Claude Code takes it ("opus", "sonnet", a full id); its own default when absent.',
      ),
    systemPrompt: z
      .string()
      .min(1)
      .max(100_000)
      .refine((text) => text.isWellFormed(), "has half a surrogate pair")
      .optional()
      .describe("Added to Claude Code's own system prompt."),
    onCrash: z
      .enum(ON_CRASH)
      .optional()
      .describe("What happens to a turn whose agent or container died under it; `resume` when absent."),
    permissionMode: z
      .enum(PERMISSION_MODES)
      .optional()
      .describe("`ask`: a tool call that no rule decides waits for its owner; `bypass`, when absent: it is allowed."),
    allowedTools: z
      .array(z.union([ToolRule, z.literal("*")]))
      .max(MAX_TOOL_RULES)
      .optional()
      .describe("Only these tools may be used; all when absent or when `*` is among them."),
    disallowedTools: z
      .array(ToolRule)
      .max(MAX_TOOL_RULES)
      .optional()
      .describe("These tools may not be used, whatever else says so."),
    startupTimeout: timeout.describe(
      "Seconds from the start of the container to an agent that is ready; then the session fails.",
    ),
    parkAfter: timeout.describe(
      "Seconds without a turn, after which the agent is parked: its processes stand still until the next prompt.",
    ),
    idleTimeout: timeout.describe(
      "Seconds without a turn, parked or not, after which the session is stopped. A prompt wakes it.",
    ),
    sessionTimeout: timeout.describe(
      "Seconds of one life of the session, from its start or waking; then it is stopped.",
    ),
    requestTimeout: timeout.describe("Seconds of one turn; then it is interrupted."),
  })
  .describe("What a caller may choose about a session; the operator's defaults where absent.");
export type SessionConfig = z.infer<typeof SessionConfig>;

export const SessionStats = z
  .object({
    status: SessionStatus,
    container: z
      .object({
        cpuPercent: z
          .number()
          .nonnegative()
          .describe(
            "Of one core, so two that are busy are 200: since the last look, or over a moment when there was none.",
          ),
        memoryBytes: z.number().nonnegative().describe("Memory in use, without what the kernel could drop."),
        networkRxBytes: z
          .number()
          .nonnegative()
          .describe("What went in over the link, which is all the network it has: since its start, or this gateway's."),
        networkTxBytes: z.number().nonnegative().describe("What came out over the link, since then."),
      })
      .optional()
      .describe("Absent while the session has no container, as at rest."),
  })
  .describe("What a session uses just now.");
export type SessionStats = z.infer<typeof SessionStats>;

/** What answers have allowed for good; see `rule` of ApprovalAnswer. */
export const AllowedRules = z.array(ToolRule).max(MAX_ALLOWED_RULES);

export const Session = z
  .object({
    id: SessionId,
    status: SessionStatus,
    name: SessionName.optional().describe("What a person calls it; absent without one."),
    workspace: Workspace,
    parked: z
      .literal(true)
      .optional()
      .describe("Of a `paused` session: for idleness, not by a person. The next prompt goes on as if it were `idle`."),
    config: SessionConfig,
    lastSeq: z.int().nonnegative().describe("Number of the newest event; 0 before the first."),
    turnCount: z.int().nonnegative().describe("Turns that reached their end, whatever it was."),
    costUsd: z.number().nonnegative().describe("Sum over the turns, in US dollars, as Claude Code estimates it."),
    totals: TurnTotals.describe("Time, calls of the model and tokens, summed over the turns."),
    forkedFrom: z
      .object({
        sessionId: SessionId.describe("The session it comes from."),
        turnId: TurnId.optional().describe(
          "The newest turn of that one whose conversation it has; absent without one.",
        ),
      })
      .optional()
      .describe("Present on a fork: where it comes from."),
    allowedRules: AllowedRules.optional().describe(
      "What its agent need not ask about, by its owner's answers, in their order; absent without any.",
    ),
    createdAt: z.iso.datetime().describe("When it was made."),
    updatedAt: z.iso.datetime().describe("Last change of status, prompt or event."),
    error: errorShape.optional().describe("Why the session is `failed`."),
  })
  .describe("One conversation with an agent.");
export type Session = z.infer<typeof Session>;
