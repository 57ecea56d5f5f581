/** Which refusals an operation may answer with. */
import type { ErrorCode } from "@cc-docker/protocol";
import { hasBody, type Route } from "./route.ts";

export const CONFIG_ERRORS = ["TIMEOUT_TOO_LONG", "TOOL_RULE_UNENFORCEABLE"] as const satisfies ErrorCode[];
/** Where a session is to live. */
export const LIFE_ERRORS = ["SESSION_LIMIT_REACHED", "CONTAINER_LIMIT_REACHED"] as const satisfies ErrorCode[];
export const PROMPT_ERRORS = [
  ...LIFE_ERRORS,
  "TURN_LIMIT_REACHED",
  "DAILY_LIMIT_REACHED",
  "PROMPT_EMPTY",
  "PROMPT_TOO_LARGE",
  "IDEMPOTENCY_KEY_REUSED",
] as const satisfies ErrorCode[];
/** What a turn may come to. */
export const TURN_ERRORS = [
  "TURN_INTERRUPTED",
  "REQUEST_TIMEOUT",
  "AGENT_SILENT",
  "SESSION_STOPPED",
  "RUNTIME_UNAVAILABLE",
  "IMAGE_NOT_FOUND",
  "ENGINE_DISK_FULL",
  "INSTANCE_START_FAILED",
  "FORK_COPY_FAILED",
  "FORK_PARENT_GONE",
  "WORKSPACE_NOT_ALLOWED",
  "WORKSPACE_CHANGED",
  "STARTUP_TIMEOUT",
  "INSTANCE_LOST",
  "AGENT_EXITED",
  "AGENT_OUTPUT_INVALID",
  "OUT_OF_MEMORY",
  "LINK_VERSION_MISMATCH",
  "LINK_PROTOCOL_BROKEN",
  "MODEL_AUTH_FAILED",
  "MODEL_NOT_FOUND",
  "MODEL_RATE_LIMITED",
  "MODEL_OVERLOADED",
  "MODEL_UNREACHABLE",
  "MODEL_FAILED",
] as const satisfies ErrorCode[];

/** What any request may meet; with a body, more; where something is written, more still. */
const ALWAYS = [
  "REQUEST_INVALID",
  "HOST_REFUSED",
  "ORIGIN_REFUSED",
  "INTERNAL",
  "SERVER_STOPPING",
  "STORE_UNAVAILABLE",
] as const;
const WITH_TOKEN = [
  "TOKEN_MISSING",
  "TOKEN_EXPIRED",
  "TOKEN_INVALID",
  "KEYS_UNAVAILABLE",
  "REQUEST_LIMIT_REACHED",
] as const;
const WITH_BODY = ["BODY_TOO_LARGE", "CONTENT_TYPE_UNSUPPORTED"] as const;

export function errorsOf({ method, isPublic, errors }: Route): ErrorCode[] {
  return [
    ...ALWAYS,
    ...(isPublic ? [] : WITH_TOKEN),
    ...(hasBody({ method }) ? WITH_BODY : []),
    ...(method === "GET" ? [] : (["STORE_FULL"] as const)),
    ...errors,
  ];
}
