export {
  APPROVAL_DECISIONS,
  APPROVAL_KINDS,
  APPROVAL_STATES,
  Approval,
  ApprovalAnswer,
  ApprovalKind,
  ApprovalState,
  MAX_APPROVAL_INPUT_BYTES,
  MAX_APPROVAL_NAME_LENGTH,
  ToolInput,
} from "./approval.ts";
export { AUDIT_OK, AuditEntry } from "./audit.ts";
export {
  CcError,
  describeError,
  ERRORS,
  type ErrorCode,
  type ErrorShape,
  type ErrorSpec,
  EXIT_CODES,
  exitCodeOf,
  isCcError,
  isErrorCode,
  toErrorShape,
} from "./errors.ts";
export { Event } from "./event.ts";
export {
  type AgentEventType,
  EVENT_TYPES,
  type EventType,
  endsSession,
  endsTurn,
  type GatewayEventType,
} from "./event-type.ts";
export { FAILURES, type FailureSpec, isResumed, POLICIES, type Policy } from "./failures.ts";
export { AgentSessionId, ApprovalId, SessionId, TurnId } from "./ids.ts";
export { createLineReader, encodeLine, type LineReader, MAX_LINK_LINE_BYTES } from "./json-lines.ts";
export {
  BROKER_PORT,
  DOORS,
  type Door,
  FromWrapper,
  LINK_VERSION,
  LINK_WINDOW_BYTES,
  MAX_AGENT_MESSAGE_BYTES,
  MAX_TYPE_LENGTH,
  OutboxItem,
  TELEMETRY_PORT,
  ToWrapper,
  TranscriptEntry,
} from "./link.ts";
export { MAX_PROMPT_BYTES, PERMISSION_MODES, SESSION_STATUSES } from "./plain-words.ts";
export {
  AllowedRules,
  ON_CRASH,
  Session,
  SessionConfig,
  SessionName,
  SessionStats,
  SessionStatus,
} from "./session.ts";
export { isToolName, MAX_ALLOWED_RULES, MAX_SUGGESTED_RULES, ToolRule, toolOf } from "./tool-rule.ts";
export {
  addTotals,
  addUsage,
  isTurnOver,
  NO_TOTALS,
  TokenUsage,
  TURN_STATUSES,
  Turn,
  TurnResult,
  TurnStatus,
  TurnTotals,
} from "./turn.ts";
export { at, isRecord, textAt } from "./unknown-data.ts";
export { isVisible } from "./visible-text.ts";
export { FileOwner, HostPath, MountedDirectory, Workspace } from "./workspace.ts";
