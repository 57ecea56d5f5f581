import type { ErrorCode } from "@cc-docker/protocol";

/** What a script learns from `ccd` when it ends. `docs/errors.md` lists the code of every error. */
export const EXIT_CODES = {
  ok: 0,
  bug: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unavailable: 5,
  /** 128 + SIGINT, as shells report it. */
  interrupted: 130,
} as const;

type Ending = keyof typeof EXIT_CODES;

const ENDINGS: Record<ErrorCode, Ending> = {
  INTERNAL: "bug",

  REQUEST_INVALID: "usage",
  PROMPT_EMPTY: "usage",
  PROMPT_TOO_LARGE: "usage",
  BODY_TOO_LARGE: "usage",
  ROUTE_NOT_FOUND: "usage",
  CONFIG_INVALID: "usage",

  SESSION_NOT_FOUND: "notFound",
  TURN_NOT_FOUND: "notFound",

  TOKEN_MISSING: "refused",
  TOKEN_EXPIRED: "refused",
  TOKEN_INVALID: "refused",
  IDEMPOTENCY_KEY_REUSED: "refused",
  SESSION_NOT_RUNNING: "refused",
  SESSION_STOPPED: "refused",
  MODEL_AUTH_FAILED: "refused",
  BROKER_REQUEST_REFUSED: "refused",

  RUNTIME_UNAVAILABLE: "unavailable",
  IMAGE_NOT_FOUND: "unavailable",
  IMAGE_BUILD_FAILED: "unavailable",
  INSTANCE_START_FAILED: "unavailable",
  INSTANCE_LOST: "unavailable",
  STARTUP_TIMEOUT: "unavailable",
  AGENT_EXITED: "unavailable",
  LINK_VERSION_MISMATCH: "unavailable",
  LINK_PROTOCOL_BROKEN: "unavailable",
  MODEL_RATE_LIMITED: "unavailable",
  MODEL_OVERLOADED: "unavailable",
  MODEL_UNREACHABLE: "unavailable",
  MODEL_FAILED: "unavailable",
  STORE_UNAVAILABLE: "unavailable",
  STORE_SCHEMA_TOO_NEW: "unavailable",
  DATA_DIR_IN_USE: "unavailable",
  PORT_IN_USE: "unavailable",
  SERVER_STOPPING: "unavailable",
  SERVER_UNREACHABLE: "unavailable",
};

export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[ENDINGS[code]];
}
