/**
 * Every error a person or program can meet: one row each. The HTTP status, the tRPC code, the
 * exit code and `docs/errors.md` come from the row. To add an error, add a row.
 *
 * - `http`: status on the API.
 * - `exit`: how a program that meets it ends.
 * - `retry`: may the same call be made again? `never` (it will fail again), `later` (after something changed or
 *   time passed), `safe` (at once, nothing happened), `unknown` (it may have happened: look first).
 * - `hint`: what to do about it.
 * - `retryAfterSeconds`: how soon it is worth to try again, where nobody knows it better.
 */
export type ErrorSpec = {
  http: number;
  exit: keyof typeof EXIT_CODES;
  retry: "never" | "later" | "safe" | "unknown";
  hint: string;
  retryAfterSeconds?: number;
};

/** What a script learns from a program of ours when it ends. */
export const EXIT_CODES = {
  ok: 0,
  defect: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unavailable: 5,
  /** 128 + SIGINT, as shells report it. */
  interrupted: 130,
} as const;

export const ERRORS = {
  REQUEST_INVALID: { exit: "usage", http: 400, retry: "never", hint: "Correct the fields named in the message." },
  PROMPT_EMPTY: {
    exit: "usage",
    http: 400,
    retry: "never",
    hint: "Send a prompt with at least one character that is not white space.",
  },
  PROMPT_TOO_LARGE: {
    exit: "usage",
    http: 413,
    retry: "never",
    hint: "Put the text into a file of the workspace and name it in the prompt.",
  },
  METHOD_NOT_ALLOWED: {
    exit: "usage",
    http: 405,
    retry: "never",
    hint: "Use a method that the answer's Allow header names; /docs lists what there is.",
  },
  UPGRADE_REQUIRED: {
    exit: "usage",
    http: 426,
    retry: "never",
    hint: "Open a WebSocket there, or follow the session's events over /events/stream; docs/api.md shows both.",
  },
  CONTENT_TYPE_UNSUPPORTED: {
    exit: "usage",
    http: 415,
    retry: "never",
    hint: "Send JSON with `Content-Type: application/json`; `curl --json` does.",
  },
  BODY_TOO_LARGE: { exit: "usage", http: 413, retry: "never", hint: "Send less in one request." },
  ROUTE_NOT_FOUND: {
    exit: "usage",
    http: 404,
    retry: "never",
    hint: "REST is at /api/v1, described at /docs; tRPC is at /trpc, the health report at /health, metrics at /metrics.",
  },
  TOKEN_MISSING: {
    exit: "refused",
    http: 401,
    retry: "never",
    hint: "Send `Authorization: Bearer TOKEN`; `ccd token --sub NAME` makes one for a local server.",
  },
  TOKEN_EXPIRED: {
    exit: "refused",
    http: 401,
    retry: "later",
    hint: "Get a new token; `ccd token --sub NAME` makes one for a local server.",
  },
  TOKEN_INVALID: {
    exit: "refused",
    http: 401,
    retry: "never",
    hint: "The token must be a JWT with `sub` and `exp`, signed with HS256 by the server's secret, or with RS256 or ES256 where JWT_JWKS_URL is set.",
  },
  KEYS_UNAVAILABLE: {
    exit: "unavailable",
    http: 503,
    retry: "later",
    hint: "See that JWT_JWKS_URL can be reached from the gateway; it is asked again with the next call.",
  },
  HOST_REFUSED: {
    exit: "refused",
    http: 403,
    retry: "never",
    hint: "Call the gateway by a name of ALLOWED_HOSTS.",
  },
  ORIGIN_REFUSED: {
    exit: "refused",
    http: 403,
    retry: "never",
    hint: "Add the page's origin to CORS_ORIGINS.",
  },
  SESSION_LIMIT_REACHED: {
    exit: "refused",
    http: 429,
    retry: "later",
    retryAfterSeconds: 10,
    hint: "Stop sessions that live, or delete ones at rest, whichever the message names.",
  },
  CONTAINER_LIMIT_REACHED: {
    exit: "unavailable",
    http: 503,
    retry: "later",
    retryAfterSeconds: 10,
    hint: "Wait until other sessions end, or raise MAX_CONTAINERS.",
  },
  TURN_LIMIT_REACHED: {
    exit: "refused",
    http: 429,
    retry: "later",
    retryAfterSeconds: 10,
    hint: "Wait until some of your turns are over, or interrupt ones that wait.",
  },
  DAILY_LIMIT_REACHED: {
    exit: "refused",
    http: 429,
    retry: "later",
    hint: "Turns are accepted again when the next day begins, in UTC.",
  },
  REQUEST_LIMIT_REACHED: {
    exit: "refused",
    http: 429,
    retry: "later",
    hint: "Send fewer requests a second; follow a session's events instead of asking again and again.",
  },
  SUBSCRIPTION_LIMIT_REACHED: {
    exit: "refused",
    http: 429,
    retry: "later",
    hint: "End streams of events that nobody reads.",
  },
  SOCKET_LIMIT_REACHED: {
    exit: "refused",
    http: 429,
    retry: "later",
    hint: "Close WebSockets that nobody uses: one to /trpc carries any number of calls and streams.",
  },
  SESSION_NOT_FOUND: { exit: "notFound", http: 404, retry: "never", hint: "List your sessions to see valid ids." },
  SESSION_NOT_RUNNING: {
    exit: "refused",
    http: 409,
    retry: "never",
    hint: "Send the session a prompt to wake it.",
  },
  LEASE_LOST: {
    exit: "unavailable",
    http: 503,
    retry: "never",
    hint: "Nothing of this was stored; the session goes on with the gateway that holds it now.",
  },
  NO_TURN_RUNNING: {
    exit: "refused",
    http: 409,
    retry: "never",
    hint: "Only a turn that waits or runs can be interrupted; read the session's events to see its turns.",
  },
  TURN_INTERRUPTED: {
    exit: "refused",
    http: 409,
    retry: "never",
    hint: "The turn was ended on request; what it had done by then stays. Send the next prompt.",
  },
  REQUEST_TIMEOUT: {
    exit: "unavailable",
    http: 504,
    retry: "unknown",
    hint: "The turn took longer than the session's requestTimeout; what it had done by then stays. Allow more time or ask for less.",
  },
  AGENT_SILENT: {
    exit: "unavailable",
    http: 504,
    retry: "unknown",
    hint: "Look at the session's events for what it was doing; the model may have stalled. Send the prompt again.",
  },
  TIMEOUT_TOO_LONG: {
    exit: "usage",
    http: 400,
    retry: "never",
    hint: "Ask for a shorter timeout, or have the operator raise the maximum named in the message.",
  },
  SESSION_NOT_PAUSABLE: {
    exit: "refused",
    http: 409,
    retry: "later",
    hint: "Wait until the session is ready; one at rest needs no pause.",
  },
  TURN_NOT_FOUND: { exit: "notFound", http: 404, retry: "never", hint: "Read the session's events to see its turns." },
  APPROVAL_NOT_FOUND: { exit: "notFound", http: 404, retry: "never", hint: "List your approvals to see valid ids." },
  APPROVAL_ANSWERED: {
    exit: "refused",
    http: 409,
    retry: "never",
    hint: "The first answer holds. Read the approval to see it.",
  },
  APPROVAL_WITHDRAWN: {
    exit: "refused",
    http: 409,
    retry: "never",
    hint: "Nothing waits for the answer any more. If the agent still needs it, it asks anew.",
  },
  TOOL_RULE_UNENFORCEABLE: {
    exit: "usage",
    http: 400,
    retry: "never",
    hint: "Name the tool alone in allowedTools: in `ask` mode each use of it is asked for. Or use `bypass` mode.",
  },
  ALLOWED_RULES_FULL: {
    exit: "refused",
    http: 409,
    retry: "never",
    hint: "Allow it without a rule, or first withdraw rules of the session with sessions.update.",
  },
  WORKSPACE_NOT_ALLOWED: {
    exit: "refused",
    http: 403,
    retry: "never",
    hint: "`ccd serve --allow` in that directory allows it at once; WORKSPACE_HOST_ROOTS does so from a start on; docs/sessions.md says what else may not be.",
  },
  WORKSPACE_NOT_FOUND: {
    exit: "notFound",
    http: 404,
    retry: "never",
    hint: "Name a directory that is there and that the gateway's user may read.",
  },
  WORKSPACE_CHANGED: {
    exit: "refused",
    http: 409,
    retry: "later",
    hint: "Put the directory back where it was, with the owner it had, and send the prompt again; or make a new session in it.",
  },
  TURN_NOT_OVER: {
    exit: "refused",
    http: 409,
    retry: "later",
    hint: "Wait for the turn's end, interrupt it, or fork at an earlier turn.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    exit: "refused",
    http: 409,
    retry: "never",
    hint: "Use a new key for a new request; the same key always means the same turn or session.",
  },
  RUNTIME_UNAVAILABLE: {
    exit: "unavailable",
    http: 503,
    retry: "safe",
    hint: "Start the Docker Engine, or point DOCKER_HOST at one; `./dev doctor` looks for it.",
  },
  IMAGE_NOT_FOUND: {
    exit: "unavailable",
    http: 503,
    retry: "later",
    hint: "Build the session image with `./dev image`.",
  },
  IMAGE_BUILD_FAILED: {
    exit: "unavailable",
    http: 500,
    retry: "later",
    hint: "Read the last lines of the build above; `./dev doctor` checks disk and engine.",
  },
  ENGINE_DISK_FULL: {
    exit: "unavailable",
    http: 503,
    retry: "later",
    hint: "Free space on the engine's disk (`docker system df` shows what takes it), then send the prompt again.",
  },
  INSTANCE_START_FAILED: {
    exit: "unavailable",
    http: 503,
    retry: "later",
    hint: "Read the message; `./dev doctor` checks engine, disk and image.",
  },
  FORK_COPY_FAILED: {
    exit: "unavailable",
    http: 503,
    retry: "later",
    hint: "Make room on the engine's disk, or raise FORK_COPY_TIMEOUT; the next prompt wakes the fork and copies anew.",
  },
  FORK_PARENT_GONE: {
    exit: "refused",
    http: 409,
    retry: "never",
    hint: "The session was deleted before its files were copied; delete the fork.",
  },
  STARTUP_TIMEOUT: {
    exit: "unavailable",
    http: 504,
    retry: "later",
    hint: "The machine may be overloaded; raise STARTUP_TIMEOUT or start fewer sessions at once.",
  },
  INSTANCE_LOST: {
    exit: "unavailable",
    http: 503,
    retry: "unknown",
    hint: "The container ended; look at the session's events for what was done by then. The next prompt wakes the session.",
  },
  SESSION_STOPPED: {
    exit: "refused",
    http: 409,
    retry: "never",
    hint: "The session was stopped before the turn could finish.",
  },
  AGENT_EXITED: {
    exit: "unavailable",
    http: 502,
    retry: "unknown",
    hint: "Claude Code ended by itself; the message carries the last lines it wrote.",
  },
  AGENT_OUTPUT_INVALID: {
    exit: "unavailable",
    http: 502,
    retry: "unknown",
    hint: "What runs as Claude Code said what is no answer of it; look at the message and at what the agent may have replaced, then rebuild the image with `./dev image`.",
  },
  OUT_OF_MEMORY: {
    exit: "unavailable",
    http: 503,
    retry: "unknown",
    hint: "The session used up the memory of its container, 4 GiB; have the agent do its work in smaller pieces. The next prompt wakes the session.",
  },
  LINK_VERSION_MISMATCH: {
    exit: "unavailable",
    http: 502,
    retry: "never",
    hint: "The image's wrapper and the gateway differ; rebuild the image with `./dev image`.",
  },
  LINK_PROTOCOL_BROKEN: {
    exit: "unavailable",
    http: 502,
    retry: "never",
    hint: "The wrapper said what this gateway cannot use; rebuild the image with `./dev image`. The next prompt wakes the session.",
  },
  MODEL_AUTH_FAILED: {
    exit: "refused",
    http: 502,
    retry: "never",
    hint: "Set a valid ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN for the gateway and restart it.",
  },
  MODEL_NOT_FOUND: {
    exit: "refused",
    http: 502,
    retry: "never",
    hint: "Create a session with a model that exists and that the gateway's credential may use.",
  },
  MODEL_RATE_LIMITED: {
    exit: "unavailable",
    http: 503,
    retry: "later",
    hint: "Wait for the limit to reset, or use a credential with a higher limit.",
  },
  MODEL_OVERLOADED: {
    exit: "unavailable",
    http: 503,
    retry: "later",
    hint: "The model's service is busy; try again in a minute.",
  },
  MODEL_UNREACHABLE: {
    exit: "unavailable",
    http: 502,
    retry: "later",
    hint: "The gateway cannot reach the model; check its network and ANTHROPIC_BASE_URL.",
  },
  MODEL_FAILED: {
    exit: "unavailable",
    http: 502,
    retry: "unknown",
    hint: "The model's service refused or failed; the message carries its answer.",
  },
  BROKER_REQUEST_REFUSED: {
    exit: "refused",
    http: 403,
    retry: "never",
    hint: "The broker forwards POST /v1/messages and /v1/messages/count_tokens, nothing else.",
  },
  STORE_UNAVAILABLE: {
    exit: "unavailable",
    http: 503,
    retry: "safe",
    hint: "Check that the data directory exists, is writable and has space.",
  },
  STORE_FULL: {
    exit: "unavailable",
    http: 507,
    retry: "later",
    retryAfterSeconds: 1,
    hint: "Free space on the disk of DATA_DIR; the gateway goes on by itself, without a restart.",
  },
  STORE_SCHEMA_TOO_NEW: {
    exit: "unavailable",
    http: 500,
    retry: "never",
    hint: "Upgrade this server, or use another DATA_DIR.",
  },
  DATA_DIR_IN_USE: {
    exit: "unavailable",
    http: 500,
    retry: "never",
    hint: "Another gateway uses this data directory: `ccd serve --allow` has it work in one more directory, `ccd serve --stop` ends it. Or choose another DATA_DIR.",
  },
  PORT_IN_USE: {
    exit: "unavailable",
    http: 500,
    retry: "never",
    hint: "Stop the program that listens there, or choose another PORT.",
  },
  CONFIG_INVALID: { exit: "usage", http: 500, retry: "never", hint: "Correct the settings named in the message." },
  SERVER_STOPPING: {
    exit: "unavailable",
    http: 503,
    retry: "safe",
    retryAfterSeconds: 2,
    hint: "The gateway is shutting down; try again when it is back.",
  },
  SERVER_UNREACHABLE: {
    exit: "unavailable",
    http: 503,
    retry: "unknown",
    hint: "Start the gateway with `./dev start` or `ccd serve`, or set CC_DOCKER_URL.",
  },
  OUTPUT_FAILED: {
    exit: "unavailable",
    http: 500,
    retry: "unknown",
    hint: "Make room where the output goes, or send it elsewhere. What the command did at the gateway was done.",
  },
  SERVER_NOT_STOPPED: {
    exit: "refused",
    http: 500,
    retry: "unknown",
    hint: "`ps -p PID -o user,args` shows whose the process is; its user, or root, ends it with `kill PID`. Sessions go on.",
  },
  INTERNAL: {
    exit: "defect",
    http: 500,
    retry: "unknown",
    hint: "This is a defect; the gateway's log has the details.",
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

/** How an error travels: in API answers, in `turn.failed` and `session.failed` events, in `--json` output. */
export type ErrorShape = {
  code: ErrorCode;
  message: string;
  hint: string;
  retry: ErrorSpec["retry"];
  /** When it is worth to try again, where that is known; HTTP says it as `Retry-After`. */
  retryAfterSeconds?: number;
};

export type CcErrorOptions = ErrorOptions & { retryAfterSeconds?: number | undefined };

/** The one error class. `message` says what happened, with the value; the row's `hint` says what to do. */
export class CcError extends Error {
  readonly code: ErrorCode;
  /** The row's, where nobody knew it better. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, { retryAfterSeconds, ...options }: CcErrorOptions = {}) {
    super(message, options);
    this.name = "CcError";
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds ?? rowOf(code).retryAfterSeconds;
  }
}

/** Guards by code rather than by class, so that it holds across bundles that each carry a copy of this file. */
export function isCcError(error: unknown, code?: ErrorCode): error is CcError {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return isErrorCode(error.code) && (code === undefined || error.code === code);
}

/** The exit code of a program that ends because of an error. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[ERRORS[code].exit];
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(ERRORS, value);
}

/** `retryAfterSeconds`: the row's when absent. */
export function describeError(
  code: ErrorCode,
  message: string,
  retryAfterSeconds: number | undefined = rowOf(code).retryAfterSeconds,
): ErrorShape {
  const { hint, retry } = rowOf(code);
  return { code, message, hint, retry, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}

function rowOf(code: ErrorCode): ErrorSpec {
  return ERRORS[code];
}

/** Anything thrown, as a person may see it. What is not in the table is a defect and says nothing about itself. */
export function toErrorShape(error: unknown): ErrorShape {
  if (isCcError(error)) return describeError(error.code, error.message, error.retryAfterSeconds);
  return describeError("INTERNAL", "Something went wrong inside the gateway.");
}
