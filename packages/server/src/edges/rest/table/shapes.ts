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

/** What the gateway itself has to say; more fields may come. */
const EventData = z.looseObject({
  reason: z.string().optional(),
  prompt: z.string().optional(),
  result: TurnResult.optional(),
  error: Turn.shape.error,
  forkedFrom: Session.shape.forkedFrom,
  approval: Approval.optional(),
  approvalId: Approval.shape.id.optional(),
  answer: ApprovalAnswer.optional(),
  answeredBy: z.string().optional(),
});
const GatewayEvent = Event.extend({ type: z.enum(TYPES), data: EventData });
/** `data` is Claude Code's own message, unless it is to be normalized. */
const AgentEvent = Event.extend({
  type: z.string().startsWith("agent."),
  data: z.union([NormalizedData, z.unknown()]),
});
export const RestEvent = z.union([GatewayEvent, AgentEvent]);
export const EventList = z.object({ events: z.array(RestEvent) });

export const Format = z.object({ format: z.enum(["raw", "normalized"]).default("raw") });

export function toEvent(event: Event, _input: Input, { format }: Input): Event {
  const { type, data } = event;
  return format === "normalized" && type.startsWith("agent.") ? { ...event, data: normalize(type, data) } : event;
}

export function toEventList({ events }: { events: Event[] }, input: Input, own: Input) {
  return { events: events.map((event) => toEvent(event, input, own)) };
}

export const ChatResult = z.object({
  turnId: TurnId,
  type: z.literal("result"),
  subtype: z.enum(["success", "error"]),
  /** The agent's last answer. */
  result: z.string(),
  ...TurnResult.omit({ text: true }).shape,
});
export const Message = z.object({
  turnId: TurnId,
  sessionId: SessionId,
  /** `failed` is whatever else than an answer the message came to; `turnStatus` says what. */
  status: z.enum(["processing", "completed", "failed"]),
  turnStatus: Turn.shape.status,
  createdAt: Turn.shape.createdAt,
  startedAt: Turn.shape.startedAt,
  endedAt: Turn.shape.endedAt,
  result: ChatResult.optional(),
  error: Turn.shape.error,
});
export const Accepted = Message.pick({ turnId: true, status: true });

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

export const SessionList = z.object({
  sessions: z.array(RestSession),
  /** Of all that the query means; absent when it has a cursor. */
  total: z.int().optional(),
  limit: z.int(),
  offset: z.int().optional(),
  nextCursor: z.string().optional(),
});

export function toSessionList(page: { sessions: Session[] }, input: Input, own: Input, socketsAt: string) {
  const { limit, offset } = input;
  const sessions = page.sessions.map((session) => toSession(session, input, own, socketsAt));
  return { ...page, sessions, limit, ...(offset !== undefined && { offset }) };
}

export const ApprovalList = z.object({ approvals: z.array(Approval), nextCursor: z.string().optional() });

export const AuditList = z.object({ entries: z.array(AuditEntry), nextCursor: z.string().optional() });

/** `max` is absent where there is no limit. */
const Limit = z.object({ used: z.number(), max: z.number().optional() });
export const Limits = z.object({
  liveSessions: Limit,
  storedSessions: Limit,
  openTurns: Limit,
  costUsdToday: Limit,
  tokensToday: Limit,
});

const Word = z.enum(["healthy", "unhealthy"]);
export const Health = z.object({
  status: Word,
  version: z.string(),
  components: z.object({ database: Word, docker: Word }),
});
