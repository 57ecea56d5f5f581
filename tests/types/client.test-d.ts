/** What callers of the client infer; checked by tsc alone. */
import {
  type Approval,
  type CcError,
  type CreateSession,
  createClient,
  type ErrorCode,
  type ErrorShape,
  type Event,
  type GatewayEventType,
  type GatewayOptions,
  isCcError,
  type Session,
  type SessionConfig,
  type SessionId,
  type SessionStatus,
  type TokenRequest,
  type Turn,
  type TurnId,
  type TurnResult,
  type TurnStatus,
  toErrorShape,
} from "@cc-docker/client";
import { expectTypeOf } from "vitest";

const client = createClient({ url: "http://127.0.0.1:8000", token: async () => "token" });

// A session is a Session, wherever it comes from; the key of a new one may be left to the client.
expectTypeOf(client.sessions.create.mutate({})).resolves.toEqualTypeOf<Session>();
expectTypeOf(client.sessions.create.mutate({ idempotencyKey: "k" })).resolves.toEqualTypeOf<Session>();
expectTypeOf(
  client.sessions.fork.mutate({ sessionId: "id", turnId: "id", config: { model: "opus" }, idempotencyKey: "k" }),
).resolves.toEqualTypeOf<Session>();
expectTypeOf<Session["forkedFrom"]>().toEqualTypeOf<
  { sessionId: SessionId; turnId?: TurnId | undefined } | undefined
>();
// @ts-expect-error a fork is made from a session
void client.sessions.fork.mutate({ config: {} });
expectTypeOf(client.sessions.get.query({ sessionId: "id" })).resolves.toEqualTypeOf<Session>();
expectTypeOf(client.sessions.pause.mutate({ sessionId: "id" })).resolves.toEqualTypeOf<Session>();
expectTypeOf(client.sessions.resume.mutate({ sessionId: "id" })).resolves.toEqualTypeOf<Session>();
expectTypeOf(client.sessions.stop.mutate({ sessionId: "id" })).resolves.toEqualTypeOf<Session>();
expectTypeOf(client.sessions.list.query({})).resolves.toEqualTypeOf<{
  sessions: Session[];
  nextCursor?: string;
  total?: number;
}>();
expectTypeOf(client.sessions.delete.mutate({ sessionId: "id" })).resolves.toEqualTypeOf<void>();
expectTypeOf(client.sessions.list.query)
  .parameter(0)
  .toHaveProperty("status")
  .toEqualTypeOf<SessionStatus | undefined>();

// A turn is a Turn; the key of a prompt may be left to the client.
expectTypeOf(client.chat.send.mutate({ sessionId: "id", prompt: "hi" })).resolves.toEqualTypeOf<Turn>();
expectTypeOf(
  client.chat.ask.mutate({ sessionId: "id", prompt: "hi", idempotencyKey: "k" }),
).resolves.toEqualTypeOf<Turn>();
expectTypeOf(client.chat.get.query({ sessionId: "id", turnId: "id" })).resolves.toEqualTypeOf<Turn>();
// @ts-expect-error a prompt is text
void client.chat.send.mutate({ sessionId: "id", prompt: 1 });
// @ts-expect-error a mutation is not a query
client.sessions.create.query({});

// What agents ask is found, and answered one way or the other.
expectTypeOf(client.approvals.list.query()).resolves.toEqualTypeOf<{ approvals: Approval[]; nextCursor?: string }>();
expectTypeOf(client.approvals.get.query({ approvalId: "id" })).resolves.toEqualTypeOf<Approval>();
const answer = { approvalId: "id", decision: "allow", updatedInput: { command: "ls" } } as const;
expectTypeOf(client.approvals.answer.mutate(answer)).resolves.toEqualTypeOf<Approval>();
// @ts-expect-error there are two answers
void client.approvals.answer.mutate({ approvalId: "id", decision: "perhaps" });

// Events are Events, read or followed; the raw subscription is not offered beside `followEvents`.
expectTypeOf(client.events.list.query({ sessionId: "id" })).resolves.toEqualTypeOf<{ events: Event[] }>();
expectTypeOf(client.followEvents({ sessionId: "id", after: 3 })).toEqualTypeOf<
  AsyncGenerator<Event, void, undefined>
>();
expectTypeOf(client.events).not.toHaveProperty("follow");

// An event's type is one of the gateway's, or the agent's with whatever it says.
expectTypeOf<Event["type"]>().toEqualTypeOf<GatewayEventType | `agent.${string}`>();
expectTypeOf<"turn.completed">().toExtend<Event["type"]>();
expectTypeOf<"turn.complete">().not.toExtend<Event["type"]>();
expectTypeOf<Event["data"]>().toBeUnknown();
expectTypeOf<Event["turnId"]>().toEqualTypeOf<TurnId | undefined>();

// A session's config takes what there is and nothing else.
expectTypeOf(client.sessions.create.mutate).parameter(0).toEqualTypeOf<CreateSession>();
expectTypeOf<CreateSession["config"]>().toEqualTypeOf<SessionConfig | undefined>();
expectTypeOf<SessionConfig["permissionMode"]>().toEqualTypeOf<"bypass" | "ask" | undefined>();
// @ts-expect-error a model is named by its name
void client.sessions.create.mutate({ config: { model: 5 } });
// @ts-expect-error there is no such setting
void client.sessions.create.mutate({ config: { modle: "opus" } });

// A turn may end without an answer; what it came to says so.
expectTypeOf<Turn["status"]>().toEqualTypeOf<TurnStatus>();
expectTypeOf<Turn["result"]>().toEqualTypeOf<TurnResult | undefined>();
expectTypeOf<NonNullable<Turn["error"]>["code"]>().toEqualTypeOf<ErrorCode>();
expectTypeOf<Approval["input"]>().toEqualTypeOf<Record<string, unknown>>();

// Ids of one kind are not taken for those of another; a call takes any text.
expectTypeOf<SessionId>().not.toExtend<TurnId>();
expectTypeOf<SessionId>().toExtend<string>();

// A token is text, or made when it is wanted.
expectTypeOf<GatewayOptions["token"]>().toEqualTypeOf<string | ((request: TokenRequest) => string | Promise<string>)>();
expectTypeOf<TokenRequest>().toEqualTypeOf<{ hasExpired: boolean; signal?: AbortSignal | undefined }>();
// @ts-expect-error a client is made for somebody
createClient({ url: "http://127.0.0.1:8000" });

// What is caught can be told by its code.
const caught: unknown = undefined;
if (isCcError(caught)) expectTypeOf(caught.code).toEqualTypeOf<ErrorCode>();
if (isCcError(caught, "SESSION_NOT_FOUND")) expectTypeOf(caught).toEqualTypeOf<CcError>();
expectTypeOf<"SESSION_NOT_FOUND" | "TOKEN_EXPIRED">().toExtend<ErrorCode>();
// @ts-expect-error there is no such error
isCcError(caught, "SESSION_LOST");
expectTypeOf(toErrorShape(caught)).toEqualTypeOf<ErrorShape>();
expectTypeOf<ErrorShape["retry"]>().toEqualTypeOf<"never" | "later" | "safe" | "unknown">();
