/**
 * What the wrapper and the gateway say to each other on the control door: JSON, one message a line.
 * `docs/link-protocol.md` draws the conversation. A change that an older peer would misread raises LINK_VERSION.
 */
import { z } from "zod";
import { ApprovalAnswer, MAX_APPROVAL_NAME_LENGTH, ToolInput } from "./approval.ts";
import { AgentSessionId, SessionId, TurnId } from "./ids.ts";
import { AllowedRules, SessionConfig } from "./session.ts";
import { MAX_SUGGESTED_RULES, ToolRule } from "./tool-rule.ts";
import { FileOwner, MountedDirectory } from "./workspace.ts";

export const LINK_VERSION = 3;

/** A larger message of the agent is replaced by its type and size: `{ type, truncated: true, bytes }`. */
export const MAX_AGENT_MESSAGE_BYTES = 8 * 1024 * 1024;

/** The longest name of a kind of message; what claims more is called `unknown`. */
export const MAX_TYPE_LENGTH = 100;

/** The doors of the link, as the `:authority` of a CONNECT stream. */
export const DOORS = ["control", "broker", "telemetry"] as const;
export type Door = (typeof DOORS)[number];

/** The HTTP/2 window of both ends: big messages must not crawl over a slow pipe as with the default of 64 KiB. */
export const LINK_WINDOW_BYTES = 4 * 1024 * 1024;

/** Where the agent finds the broker inside its instance. */
export const BROKER_PORT = 8377;

/** Where the instance finds a collector of traces, when the gateway takes spans: OTLP/HTTP in JSON. */
export const TELEMETRY_PORT = 8378;

/** A W3C traceparent. */
const traceparent = z.string().max(100);

/** One line of the agent's own transcript. Only fields that a recovery looks at are named; the rest passes through. */
export const TranscriptEntry = z.looseObject({
  type: z.string().max(MAX_TYPE_LENGTH),
  uuid: z.string().max(100).optional(),
});
export type TranscriptEntry = z.infer<typeof TranscriptEntry>;

/** Of an agent's end, where more is known than that it came: the kernel, or the wrapper, ended the process. */
const AGENT_EXIT_REASONS = ["out-of-memory", "output-invalid"] as const;

/** What tells the questions of one agent apart. */
const approvalKey = z.string().min(1).max(MAX_APPROVAL_NAME_LENGTH);

/**
 * One numbered entry of the wrapper's outbox. Numbers count 1, 2, 3 … for the life of a session; the gateway keeps
 * the last it stored and drops what it has seen, so resending is harmless.
 * - `agent`: a message of the agent, as it came.
 * - `transcript`: lines the agent has added to its transcript: soon after the messages that tell of them, and before
 *   the turn's result. `subpath`: of a helper's transcript, relative to the session's.
 * - `approval`: the agent asks, and waits for the answer to `key`. `input` is all that it asks for; `suggestedRules`
 *   is what Claude Code would have allowed for good.
 * - `approval-withdrawn`: it waits for that answer no longer.
 * - `agent-exited`: the agent's process ended although nobody asked; `turnId` when a turn was running.
 */
export const OutboxItem = z.discriminatedUnion("kind", [
  z.object({
    n: z.int().positive(),
    kind: z.literal("agent"),
    turnId: TurnId.optional(),
    message: z.looseObject({ type: z.string().max(MAX_TYPE_LENGTH) }),
  }),
  z.object({
    n: z.int().positive(),
    kind: z.literal("transcript"),
    agentSessionId: AgentSessionId,
    subpath: z.string().max(500).optional(),
    entries: z.array(TranscriptEntry).min(1),
  }),
  z.object({
    n: z.int().positive(),
    kind: z.literal("approval"),
    turnId: TurnId,
    key: approvalKey,
    toolName: z.string().min(1).max(MAX_APPROVAL_NAME_LENGTH),
    input: ToolInput,
    title: z.string().optional(),
    description: z.string().optional(),
    suggestedRules: z.array(ToolRule).max(MAX_SUGGESTED_RULES).optional(),
  }),
  z.object({ n: z.int().positive(), kind: z.literal("approval-withdrawn"), turnId: TurnId, key: approvalKey }),
  z.object({
    n: z.int().positive(),
    kind: z.literal("agent-exited"),
    turnId: TurnId.optional(),
    reason: z.enum(AGENT_EXIT_REASONS).optional(),
    detail: z.string().max(8000),
  }),
]);
export type OutboxItem = z.infer<typeof OutboxItem>;

export const FromWrapper = z.discriminatedUnion("type", [
  /**
   * First on every connection. `started`: it has its agent; `ready`: the agent has answered its handshake; `parked`:
   * the agent's processes stand still.
   * `lastNumber`: newest in the outbox, which may be of an earlier instance of the session. `workspace`: what is
   * mounted there, for the gateway to look at before it has an agent started in it. `allowedRules`: what it has been
   * told of them.
   */
  z.object({
    type: z.literal("hello"),
    version: z.int(),
    sessionId: SessionId,
    started: z.boolean().default(false), // an older wrapper is told apart by its version
    ready: z.boolean(),
    parked: z.boolean().default(false),
    lastNumber: z.int().nonnegative(),
    workspace: MountedDirectory.optional(), // an older wrapper does not tell, and gets no directory of the host
    allowedRules: AllowedRules.optional(), // an older wrapper does not tell, and is told none
  }),
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("items"), items: z.array(OutboxItem).min(1) }),
]);
export type FromWrapper = z.infer<typeof FromWrapper>;

export const ToWrapper = z.discriminatedUnion("type", [
  /** First on every connection. `acked`: the newest outbox number the gateway has stored. */
  z.object({ type: z.literal("hello"), version: z.int(), sessionId: SessionId, acked: z.int().nonnegative() }),
  /** A part of the transcript that the agent is to go on from; all parts come before `start`. */
  z.object({
    type: z.literal("transcript"),
    subpath: z.string().max(500).optional(),
    entries: z.array(TranscriptEntry).min(1),
  }),
  /**
   * Once an instance, when all of its outbox is stored. `resume`: the agent goes on with that conversation; with an
   * `unfinishedTurn` it goes on working on that turn by itself; `planning`: it had a plan to be approved.
   * `user`: whom the agent runs as; the image's own user for it when absent. `modelMaxRetries`: for the agent. `tracing`: the gateway takes spans; with the place of the `unfinishedTurn`.
   */
  z.object({
    type: z.literal("start"),
    config: z.object(SessionConfig.shape), // an option that this wrapper does not know is left out, not refused
    modelMaxRetries: z.int().nonnegative(),
    user: FileOwner.optional(),
    tracing: z.object({ traceparent: traceparent.optional() }).optional(),
    resume: z
      .object({
        agentSessionId: AgentSessionId,
        unfinishedTurn: TurnId.optional(),
        planning: z.boolean().optional(),
      })
      .optional(),
  }),
  z.object({ type: z.literal("ack"), n: z.int().nonnegative() }),
  /** Sent again after a reconnect; a turn the wrapper already knows is ignored. `traceparent`: its place in a trace. */
  z.object({
    type: z.literal("turn.start"),
    turnId: TurnId,
    prompt: z.string(),
    traceparent: traceparent.optional(),
  }),
  /** Ends the turn's work early; its result still comes. For a turn that is not being worked on it means nothing. */
  z.object({ type: z.literal("turn.interrupt"), turnId: TurnId }),
  /** Whether the agent's processes are to stand still. An agent that is given a turn goes on without being told. */
  z.object({ type: z.literal("park"), parked: z.boolean() }),
  /** All that the agent need not ask about: these, and no longer those before. Comes before the answer that adds one. */
  z.object({ type: z.literal("rules"), allowed: AllowedRules }),
  /** Sent again after a reconnect; an answer that nothing waits for is ignored. */
  z.object({ type: z.literal("approval.answer"), key: approvalKey, answer: ApprovalAnswer }),
]);
export type ToWrapper = z.infer<typeof ToWrapper>;
