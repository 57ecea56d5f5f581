/**
 * What each error means and what is done about it without being asked: one row for every row of `errors.ts`.
 * `docs/failures.md` is generated from the rows, and code that must decide between going on and giving up reads them.
 */
import type { ErrorCode } from "./errors.ts";

/** What may be done about a failure. The first of a row is tried first; the next follows when it is of no use. */
export const POLICIES = {
  retry: "the same is tried again by itself, until a limit",
  wait: "the same, for as long as the limit allows, because it is known to pass",
  resume: "the turn goes on in a new instance, at most three times; [how](sessions.md#what-wakes-and-what-recovers)",
  stop: "the session rests, with the code as its error: its running turn fails, waiting ones are cancelled; a prompt wakes it",
  tell: "whoever asked gets the error, and nothing else happens",
} as const;
export type Policy = keyof typeof POLICIES;

export type FailureSpec = {
  meaning: string;
  policy: readonly [Policy, ...Policy[]];
  /** When which policy holds, where that is not plain. */
  note?: string;
  /** Where it is counted; `refusals` when absent. */
  counted?: Counted;
};

/**
 * `failures`: where it ended a turn or a session. `refusals`: where a call was answered with it. `exit`: it ends a
 * program, which says so itself. `log`: nobody is told; the gateway's log has it.
 */
export type Counted = "failures" | "refusals" | "both" | "exit" | "log";

const BAD_CALL = "the call is not one that can be served; nothing was stored";
const NOBODY_KNOWN = "nobody known is calling";
const NO_SUCH_THING = "there is no such thing for this caller";
const NOTHING_STORED = "nothing is stored";
const CANNOT_START = "the gateway cannot start";
const THEN_ENDS = "and ends";
const WITHOUT_TURN_OR_ALLOWED = 'stop without a turn, or with `onCrash: "fail"`';
const CLAUDE_RETRIES =
  "Claude Code tries again, up to `MODEL_MAX_RETRIES` times; then it is the turn's error, and the session goes on";
const TURN_ERROR = "as the turn's error; the session goes on";

export const FAILURES: Readonly<Record<ErrorCode, FailureSpec>> = {
  REQUEST_INVALID: { meaning: BAD_CALL, policy: ["tell"] },
  PROMPT_EMPTY: { meaning: BAD_CALL, policy: ["tell"] },
  PROMPT_TOO_LARGE: { meaning: BAD_CALL, policy: ["tell"] },
  UPGRADE_REQUIRED: { meaning: BAD_CALL, policy: ["tell"] },
  METHOD_NOT_ALLOWED: { meaning: BAD_CALL, policy: ["tell"] },
  CONTENT_TYPE_UNSUPPORTED: { meaning: BAD_CALL, policy: ["tell"] },
  BODY_TOO_LARGE: { meaning: BAD_CALL, policy: ["tell"] },
  ROUTE_NOT_FOUND: { meaning: BAD_CALL, policy: ["tell"] },
  TOKEN_MISSING: { meaning: NOBODY_KNOWN, policy: ["tell"] },
  TOKEN_EXPIRED: { meaning: NOBODY_KNOWN, policy: ["tell"] },
  TOKEN_INVALID: { meaning: NOBODY_KNOWN, policy: ["tell"] },
  KEYS_UNAVAILABLE: {
    meaning: "the keys that sign tokens could not be read, so nobody can be known",
    policy: ["tell"],
    note: "tokens whose check is at most ten minutes old are good meanwhile",
  },
  HOST_REFUSED: { meaning: "the call names a host that the gateway is not", policy: ["tell"] },
  ORIGIN_REFUSED: { meaning: "a page of a site that the operator has not named is calling", policy: ["tell"] },
  SESSION_LIMIT_REACHED: {
    meaning: "the owner has as many sessions as may be",
    policy: ["tell"],
    note: NOTHING_STORED,
  },
  CONTAINER_LIMIT_REACHED: {
    meaning: "as many sessions live as the machine is to carry",
    policy: ["tell"],
    note: NOTHING_STORED,
  },
  TURN_LIMIT_REACHED: {
    meaning: "the owner has as many turns under way as may be",
    policy: ["tell"],
    note: NOTHING_STORED,
  },
  DAILY_LIMIT_REACHED: {
    meaning: "the owner's turns have cost, or used, as much as they may in a day",
    policy: ["tell"],
    note: "nothing is stored; a turn that runs goes on to its end",
  },
  REQUEST_LIMIT_REACHED: { meaning: "the owner asks too often", policy: ["tell"], note: NOTHING_STORED },
  SUBSCRIPTION_LIMIT_REACHED: { meaning: "the owner follows as many streams as may be", policy: ["tell"] },
  SOCKET_LIMIT_REACHED: { meaning: "the owner has as many WebSockets open as may be", policy: ["tell"] },
  SESSION_NOT_FOUND: { meaning: NO_SUCH_THING, policy: ["tell"] },
  SESSION_NOT_RUNNING: {
    meaning: "a session at rest, or one that is paused, was asked for a link",
    policy: ["tell"],
    note: "ends the link; callers do not meet it",
    counted: "log",
  },
  LEASE_LOST: {
    meaning: "the gateway would act for a session that another one holds by now",
    policy: ["tell"],
    note: "nothing is stored; it lets go of link, timers and starts, and the holder goes on; callers do not meet it",
    counted: "log",
  },
  NO_TURN_RUNNING: { meaning: NO_SUCH_THING, policy: ["tell"] },
  TURN_INTERRUPTED: {
    meaning: "the turn was ended on request",
    policy: ["tell"],
    note: TURN_ERROR,
    counted: "failures",
  },
  REQUEST_TIMEOUT: {
    meaning: "the turn took longer than its time",
    policy: ["tell"],
    note: "the turn is interrupted; the session goes on",
    counted: "failures",
  },
  AGENT_SILENT: {
    meaning: "nothing was heard of the agent nor of the model in a turn for `HANG_TIMEOUT`",
    policy: ["tell", "resume", "stop"],
    note: 'the turn is interrupted; an agent that does not let go within 10 s is killed, and its turn goes on in a new one; with `onCrash: "fail"` the session stops',
    counted: "failures",
  },
  APPROVAL_NOT_FOUND: { meaning: NO_SUCH_THING, policy: ["tell"] },
  APPROVAL_ANSWERED: { meaning: "somebody else answered first, otherwise", policy: ["tell"] },
  APPROVAL_WITHDRAWN: {
    meaning: "the turn that asked has ended, or its agent let go of the question",
    policy: ["tell"],
  },
  TOOL_RULE_UNENFORCEABLE: { meaning: BAD_CALL, policy: ["tell"] },
  ALLOWED_RULES_FULL: {
    meaning: "the session has as many rules by its owner's answers as may be",
    policy: ["tell"],
    note: NOTHING_STORED,
  },
  TIMEOUT_TOO_LONG: { meaning: BAD_CALL, policy: ["tell"] },
  SESSION_NOT_PAUSABLE: {
    meaning: "a session that starts or rests was to be paused",
    policy: ["tell"],
    note: "nothing is changed",
  },
  WORKSPACE_NOT_ALLOWED: {
    meaning: "the directory is not one that sessions may work in, for this gateway or for this engine",
    policy: ["tell", "stop"],
    note: "nothing is stored; a session that exists already, as after a change of WORKSPACE_HOST_ROOTS, stops",
    counted: "both",
  },
  WORKSPACE_NOT_FOUND: { meaning: NO_SUCH_THING, policy: ["tell"] },
  WORKSPACE_CHANGED: {
    meaning:
      "the directory that the session works in is gone, has another owner, or is not what the container has mounted",
    policy: ["stop", "tell"],
    note: "the container is ended before an agent is started in it",
    counted: "both",
  },
  TURN_NOT_FOUND: { meaning: NO_SUCH_THING, policy: ["tell"] },
  TURN_NOT_OVER: { meaning: "a fork was asked for at a turn that is not over; nothing was stored", policy: ["tell"] },
  IDEMPOTENCY_KEY_REUSED: { meaning: BAD_CALL, policy: ["tell"] },
  RUNTIME_UNAVAILABLE: {
    meaning: "the engine does not answer",
    policy: ["wait", "stop", "tell"],
    note: "a turn that has lost its instance waits, every 500 ms up to the startup timeout; a new or waking session stops; a stop is told, and the container ended when the engine is back; a delete is done when it is back",
    counted: "both",
  },
  IMAGE_NOT_FOUND: { meaning: "the engine has not the session image", policy: ["stop"], counted: "failures" },
  IMAGE_BUILD_FAILED: { meaning: "`./dev image` could not build the session image", policy: ["tell"], counted: "exit" },
  ENGINE_DISK_FULL: {
    meaning: "the engine has no space for the container, or for the files of a fork",
    policy: ["stop"],
    counted: "failures",
  },
  INSTANCE_START_FAILED: { meaning: "the engine cannot make the container", policy: ["stop"], counted: "failures" },
  FORK_COPY_FAILED: {
    meaning: "the files of a fork's parent could not be copied, or not within `FORK_COPY_TIMEOUT`",
    policy: ["stop"],
    note: "nothing half is kept; waking copies again",
    counted: "failures",
  },
  FORK_PARENT_GONE: {
    meaning: "the session a fork was to get its files from was deleted while the fork rested without them",
    policy: ["stop"],
    note: "waking does not help",
    counted: "failures",
  },
  STARTUP_TIMEOUT: { meaning: "the agent was not ready in time", policy: ["stop"], counted: "failures" },
  INSTANCE_LOST: {
    meaning:
      "the container ended, is not there any more, or its link could not be had for 10 s (a link that breaks is opened again every 50 ms)",
    policy: ["resume", "stop"],
    note: WITHOUT_TURN_OR_ALLOWED,
    counted: "failures",
  },
  SESSION_STOPPED: {
    meaning: "the session was stopped, or had its time, before the turn could finish",
    policy: ["tell"],
    note: "as the turn's error; a prompt wakes the session",
    counted: "failures",
  },
  AGENT_EXITED: {
    meaning:
      "Claude Code ended by itself, or did not let go of a turn within 10 s of being told to end it, on request or by its time",
    policy: ["resume", "stop"],
    note: `${WITHOUT_TURN_OR_ALLOWED}, or with the turn interrupted`,
    counted: "failures",
  },
  AGENT_OUTPUT_INVALID: {
    meaning:
      "Claude Code wrote 1000 lines or 64 MiB in a row that are no messages, or an answer that is too large to be one; lines that are no messages among others are left out and counted in `agent.unreadable_output`",
    policy: ["resume", "stop"],
    note: `${WITHOUT_TURN_OR_ALLOWED}. An answer that is too large is the turn's error, and the session goes on`,
    counted: "failures",
  },
  OUT_OF_MEMORY: {
    meaning:
      "the kernel killed Claude Code, or all of the container, for want of memory; a tool that it kills is the tool's failure",
    policy: ["resume", "stop"],
    note: WITHOUT_TURN_OR_ALLOWED,
    counted: "failures",
  },
  LINK_VERSION_MISMATCH: {
    meaning: "the container's wrapper is of another release than the gateway",
    policy: ["resume", "stop"],
    note: "goes on in the image of today",
    counted: "failures",
  },
  LINK_PROTOCOL_BROKEN: {
    meaning: "the wrapper said what the gateway cannot read, and would say it again",
    policy: ["resume", "stop"],
    counted: "failures",
  },
  MODEL_AUTH_FAILED: {
    meaning: "the model's service does not take the credential",
    policy: ["tell"],
    note: TURN_ERROR,
    counted: "failures",
  },
  MODEL_NOT_FOUND: {
    meaning: "the model's service does not know the model, or not for this credential",
    policy: ["tell"],
    note: TURN_ERROR,
    counted: "failures",
  },
  MODEL_RATE_LIMITED: {
    meaning: "the model's service limits calls with the gateway's credential",
    policy: ["wait", "retry", "tell"],
    note: `where the limit says when it ends, the gateway holds all calls until then, at most for \`RATE_LIMIT_MAX_WAIT\` ([how](sessions.md#rate-limits)); where it does not, ${CLAUDE_RETRIES}`,
    counted: "failures",
  },
  MODEL_OVERLOADED: {
    meaning: "the model's service is overloaded",
    policy: ["retry", "tell"],
    note: CLAUDE_RETRIES,
    counted: "failures",
  },
  MODEL_UNREACHABLE: {
    meaning: "the model's service is away",
    policy: ["retry", "tell"],
    note: CLAUDE_RETRIES,
    counted: "failures",
  },
  MODEL_FAILED: {
    meaning: "the model's service refuses or fails",
    policy: ["retry", "tell"],
    note: `where the failure may pass ${CLAUDE_RETRIES}`,
    counted: "failures",
  },
  BROKER_REQUEST_REFUSED: {
    meaning: "something in the container asked the broker for what it does not forward",
    policy: ["tell"],
  },
  STORE_UNAVAILABLE: {
    meaning: "the database refuses, or the disk did not keep what was written",
    policy: ["tell", "retry"],
    note: "callers are told; wrappers try again, for they keep what is not acknowledged. After a failed sync nothing goes until the gateway is started again",
  },
  STORE_FULL: {
    meaning: "the disk of the data directory is full; nothing of what was asked for was stored",
    policy: ["tell", "wait", "stop"],
    note: "callers are told; what wrappers have is kept in their outboxes, and timeouts that are due, wait until there is space, and are tried at least once a second; a session that starts and finds no space for its link's socket stops",
    counted: "both",
  },
  STORE_SCHEMA_TOO_NEW: { meaning: CANNOT_START, policy: ["tell"], note: THEN_ENDS, counted: "exit" },
  DATA_DIR_IN_USE: { meaning: CANNOT_START, policy: ["tell"], note: THEN_ENDS, counted: "exit" },
  PORT_IN_USE: { meaning: CANNOT_START, policy: ["tell"], note: THEN_ENDS, counted: "exit" },
  CONFIG_INVALID: { meaning: CANNOT_START, policy: ["tell"], note: THEN_ENDS, counted: "exit" },
  SERVER_STOPPING: {
    meaning: "the gateway is going",
    policy: ["retry", "tell"],
    note: "the client's calls that carry a key try again for about 12 s, `followEvents` until it is told to end",
  },
  SERVER_UNREACHABLE: {
    meaning: "the gateway is away",
    policy: ["retry", "tell"],
    note: "as for a gateway that is going",
    counted: "exit",
  },
  OUTPUT_FAILED: { meaning: "`ccd` cannot write what it was asked for", policy: ["tell"], counted: "exit" },
  SERVER_NOT_STOPPED: {
    meaning: "`ccd serve --stop` cannot end the gateway, or not be sure that the process is one",
    policy: ["tell"],
    counted: "exit",
  },
  INTERNAL: { meaning: "a defect", policy: ["tell"], note: "the log has the rest" },
};

/** Whether a turn that has lost its agent for this reason goes on in a new instance. */
export function isResumed(code: ErrorCode): boolean {
  return FAILURES[code].policy.includes("resume");
}
