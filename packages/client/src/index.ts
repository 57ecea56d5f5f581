/** The typed client of a cc-docker gateway, for Node 24 and browsers. */
export {
  type Approval,
  type ApprovalAnswer,
  type ApprovalId,
  type ApprovalState,
  CcError,
  type ErrorCode,
  type ErrorShape,
  type Event,
  endsSession,
  endsTurn,
  isCcError,
  type Session,
  type SessionConfig,
  type SessionId,
  type SessionStatus,
  type Turn,
  type TurnId,
  toErrorShape,
} from "@cc-docker/protocol";
export type { CallOptions } from "./calls.ts";
export { type Client, createClient, type PromptInput } from "./create-client.ts";
export type { FollowOptions } from "./follow-events.ts";
export type { GatewayOptions } from "./gateway-http.ts";
