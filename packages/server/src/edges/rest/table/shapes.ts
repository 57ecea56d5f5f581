/** What REST answers where it is not what the procedure returns. */
import {
  Approval,
  ApprovalAnswer,
  AuditEntry,
  EVENT_TYPES,
  Event,
  type GatewayEventType,
  isTurnOver,
  Session,
  SessionId,
  Turn,
  TurnId,
  TurnResult,
} from "@cc-docker/protocol";
import { z } from "zod";
import { NormalizedData, normalize } from "../normalize.ts";
import { RestError } from "../problem.ts";
import { RestSession } from "./rest-session.ts";
import { type Input, REST_PREFIX, SOCKET_PATH } from "./route.ts";

const TYPES = Object.keys(EVENT_TYPES) as [GatewayEventType, ...GatewayEventType[]];

const EventData = z
  .looseObject({
    reason: z.string().optional().describe("Why the session's status changed."),
    prompt: z.string().optional().describe("Of `turn.queued`: what the agent is to do."),
    result: TurnResult.optional().describe("What the turn came to."),
    error: Turn.shape.error.describe("What went wrong."),
    forkedFrom: Session.shape.forkedFrom,
    approval: Approval.optional().describe("What the agent asks."),
    approvalId: Approval.shape.id.optional().describe("The question that was answered or withdrawn."),
    answer: ApprovalAnswer.optional().describe("What was answered."),
    answeredBy: Approval.shape.answeredBy,
  })
  .describe("What the gateway itself has to say; more fields may come.");
const GatewayEvent = Event.extend({ type: z.enum(TYPES).describe("What happened."), data: EventData });
const AgentEvent = Event.extend({
  type: z.string().startsWith("agent.").describe("`agent.` with the type of Claude Code's message."),
  data: z.union([NormalizedData, z.unknown()]).describe("Claude Code's own message, unless it is to be normalized."),
});
export const RestEvent = z.union([GatewayEvent, AgentEvent]).describe("One entry of a session's append-only log.");
export const EventList = z
  .object({ events: z.array(RestEvent).describe("In the order of the log.") })
  .describe("A page of a session's log.");

export const Format = z.object({
  format: z
    .enum(["raw", "normalized"])
    .default("raw")
    .describe("How events of the agent are told: as Claude Code does, or as `NormalizedData`."),
});

export function toEvent(event: Event, _input: Input, { format }: Input): Event {
  const { type, data } = event;
  return format === "normalized" && type.startsWith("agent.") ? { ...event, data: normalize(type, data) } : event;
}

export function toEventList({ events }: { events: Event[] }, input: Input, own: Input) {
  return { events: events.map((event) => toEvent(event, input, own)) };
}

export const ChatResult = z
  .object({
    turnId: TurnId,
    type: z.literal("result").describe("Always the same."),
    subtype: z.enum(["success", "error"]).describe("Whether the turn came to an answer."),
    result: TurnResult.shape.text,
    ...TurnResult.omit({ text: true }).shape,
  })
  .describe("What a prompt came to.");
export const Message = z
  .object({
    turnId: TurnId,
    sessionId: SessionId,
    status: z
      .enum(["processing", "completed", "failed"])
      .describe("`failed` is whatever else than an answer the message came to; `turn_status` says what."),
    turnStatus: Turn.shape.status,
    createdAt: Turn.shape.createdAt,
    startedAt: Turn.shape.startedAt,
    endedAt: Turn.shape.endedAt,
    result: ChatResult.optional().describe("What it came to, as far as it came to something."),
    error: Turn.shape.error,
  })
  .describe("One prompt and what has come of it.");
export const Accepted = Message.pick({ turnId: true, status: true }).describe("A prompt that is on disk.");

export function toMessage({ id: turnId, status: turnStatus, result, ...turn }: Turn) {
  const status = !isTurnOver(turnStatus) ? "processing" : turnStatus === "completed" ? turnStatus : "failed";
  return { ...turn, turnId, status, turnStatus, ...(result && { result: toResult(turnId, turnStatus, result) }) };
}

function toResult(turnId: TurnId, status: Turn["status"], { text: result, ...rest }: TurnResult) {
  return { turnId, type: "result", subtype: status === "completed" ? "success" : "error", result, ...rest };
}

/** @throws RestError the turn's error, when it came to no answer */
export function toChatResult({ id, status, result, error }: Turn) {
  if (status === "completed" && result) return toResult(id, status, result);
  const { code, message } = error ?? { code: "INTERNAL", message: "The turn ended without an answer." };
  throw new RestError(code, message, { message_id: id });
}

/** @param socketsAt `ws://HOST`, as the caller reaches the gateway */
export function toSession(
  session: Session,
  _input: Input,
  _own: Input,
  socketsAt: string,
): z.infer<typeof RestSession> {
  return { ...session, websocketUrl: `${socketsAt}${REST_PREFIX}${SOCKET_PATH.replace("{session_id}", session.id)}` };
}

const NextCursor = z.string().optional().describe("The `cursor` of the next page; absent on the last.");

export const SessionList = z
  .object({
    sessions: z.array(RestSession).describe("Newest first."),
    total: z.int().optional().describe("How many there are on all pages; absent when the query has a cursor."),
    limit: z.int().describe("So many a page at most."),
    offset: z.int().optional().describe("How many were left out; absent when the query has a cursor."),
    nextCursor: NextCursor,
  })
  .describe("A page of your sessions.");

export function toSessionList(page: { sessions: Session[] }, input: Input, own: Input, socketsAt: string) {
  const { limit, offset } = input;
  const sessions = page.sessions.map((session) => toSession(session, input, own, socketsAt));
  return { ...page, sessions, limit, ...(offset !== undefined && { offset }) };
}

export const ApprovalList = z
  .object({ approvals: z.array(Approval).describe("Newest first."), nextCursor: NextCursor })
  .describe("A page of what agents asked.");

export const AuditList = z
  .object({ entries: z.array(AuditEntry).describe("Newest first."), nextCursor: NextCursor })
  .describe("A page of what was done or refused in your name.");

const Limit = z.object({
  used: z.number().describe("What you have or have used."),
  max: z.number().optional().describe("What you may; absent where there is no limit."),
});
export const Limits = z
  .object({
    liveSessions: Limit.describe("Sessions that have a container."),
    storedSessions: Limit.describe("Sessions, at rest or not."),
    openTurns: Limit.describe("Turns that are queued or running."),
    costUsdToday: Limit.describe("US dollars since midnight UTC."),
    tokensToday: Limit.describe("Tokens since midnight UTC."),
  })
  .describe("What you have, have used today, and may.");

const Word = z.enum(["healthy", "unhealthy"]);
export const Health = z
  .object({
    status: Word.describe("`unhealthy` when one of the components is."),
    version: z.string().describe("Of the gateway."),
    components: z
      .object({ database: Word.describe("Whether it answers."), docker: Word.describe("Whether the engine answers.") })
      .describe("What the gateway needs."),
  })
  .describe("How the gateway is.");
