import { z } from "zod";
import { ApprovalId, SessionId, TurnId } from "./ids.ts";
import { MAX_SUGGESTED_RULES, ToolRule } from "./tool-rule.ts";

export const APPROVAL_KINDS = ["tool", "question", "plan"] as const;
export const ApprovalKind = z
  .enum(APPROVAL_KINDS)
  .describe("`tool`: a tool wants to run; `question`: the agent asks something; `plan`: it wants its plan approved.");
export type ApprovalKind = z.infer<typeof ApprovalKind>;

export const APPROVAL_STATES = ["open", "allowed", "denied", "withdrawn"] as const;
export const ApprovalState = z
  .enum(APPROVAL_STATES)
  .describe("`open` waits for an answer; `withdrawn`: the agent waits no longer.");
export type ApprovalState = z.infer<typeof ApprovalState>;

export const APPROVAL_DECISIONS = ["allow", "deny"] as const;

/** What a person cannot be shown as a whole is not asked: it is denied in its place. In bytes of JSON. */
export const MAX_APPROVAL_INPUT_BYTES = 1024 * 1024;

/** The longest tool name and request key the link carries. */
export const MAX_APPROVAL_NAME_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 10_000;

/** Deeper than any tool's input, and far from what exhausts the stack of who writes it as JSON. */
const MAX_INPUT_DEPTH = 200;

export const ToolInput = z
  .record(z.string(), z.unknown())
  .describe("What a tool is called with; each tool has its own shape.");
export type ToolInput = z.infer<typeof ToolInput>;

export const ApprovalAnswer = z.object({
  decision: z.enum(APPROVAL_DECISIONS).describe("Whether the agent may."),
  updatedInput: ToolInput.refine(
    (input) => nestsAtMost(input, MAX_INPUT_DEPTH),
    `nests deeper than ${MAX_INPUT_DEPTH} levels`,
  )
    .optional()
    .describe(
      "What the tool runs with instead of what was asked for, or the answers to a question. With `allow` only.",
    ),
  message: z
    .string()
    .min(1)
    .max(MAX_MESSAGE_LENGTH)
    .refine((text) => text.isWellFormed(), "has half a surrogate pair")
    .optional()
    .describe("The agent is told so when the answer is `deny`; beside `allow` it is kept for people."),
  rule: ToolRule.optional().describe(
    "What is not to be asked again in this session: the tool, or some uses of it, as `Bash(npm test *)`. With `allow` of a `tool` only.",
  ),
});
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;

function nestsAtMost(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((held) => nestsAtMost(held, levels - 1));
}

export const Approval = z
  .object({
    id: ApprovalId,
    sessionId: SessionId,
    turnId: TurnId,
    kind: ApprovalKind,
    state: ApprovalState,
    toolName: z.string().describe("The tool, as Claude Code names it."),
    input: ToolInput,
    title: z.string().optional().describe("Claude Code's own title for what is asked, where it has one."),
    description: z.string().optional().describe("Claude Code's own words for what is asked, where it has some."),
    suggestedRules: z
      .array(ToolRule)
      .max(MAX_SUGGESTED_RULES)
      .optional()
      .describe("What Claude Code suggests as the answer's `rule`, where it has something."),
    answer: ApprovalAnswer.optional().describe("Present when `allowed` or `denied`."),
    answeredBy: z.string().optional().describe("`sub` of the token that answered."),
    createdAt: z.iso.datetime().describe("When the agent asked."),
    closedAt: z.iso.datetime().optional().describe("When it was answered or withdrawn."),
  })
  .describe("A question of the agent that waits, or waited, for an answer.");
export type Approval = z.infer<typeof Approval>;
