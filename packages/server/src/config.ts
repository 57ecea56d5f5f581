/** Every setting of the gateway: one row each. `docs/configuration.md` is generated from the rows. */
import { homedir } from "node:os";
import { join } from "node:path";
import { CcError } from "@cc-docker/protocol";
import { z } from "zod";
import { isLoopback } from "./lib/loopback.ts";
import { parseHeaderList } from "./lib/tracing/header-list.ts";
import { SAMPLERS } from "./lib/tracing/tracer.ts";
import { isWeakSecret } from "./lib/weak-secret.ts";

/** A value that must not reach a log: prints as `***`, `reveal()` gives it. */
export type Secret = { reveal(): string; toString(): string; toJSON(): string };

export function secret(value: string): Secret {
  return { reveal: () => value, toString: () => "***", toJSON: () => "***" };
}

type Setting = { description: string; default: string; secret?: boolean; schema: z.ZodType };

const text = z.string().min(1);
const secretText = text.transform(secret);
const secondsError = "must be a number of seconds up to 86400";
const seconds = z.coerce
  .number({ error: secondsError })
  .positive({ error: secondsError })
  .max(86_400, { error: secondsError });

const rows = {
  HOST: { description: "Address the gateway listens on.", default: "127.0.0.1", schema: text },
  PORT: {
    description: "Port the gateway listens on; 0 picks a free one.",
    default: "8000",
    schema: wholeNumber(0, 65_535),
  },
  DATA_DIR: {
    description: "Directory of the database, the generated secret and the links' sockets. Only one gateway may use it.",
    default: "~/.cc-docker",
    schema: text.transform((path) => path.replace(/^~(?=\/|$)/, homedir())),
  },
  JWT_SECRET: {
    description:
      "Secret that signs and checks HS256 tokens, at least 32 characters. Made and kept in DATA_DIR when absent.",
    default: "",
    secret: true,
    schema: z.union([z.literal("").transform(() => undefined), z.string().min(32).transform(secret)]),
  },
  JWT_JWKS_URL: {
    description:
      "Where the public keys are that sign tokens, for RS256 and ES256 instead of HS256: https, or http on this machine.",
    default: "",
    schema: z.union([z.literal("").transform(() => undefined), z.url({ protocol: /^https?$/ })]),
  },
  JWT_ISSUER: {
    description: "What a token's `iss` must be; not looked at when empty.",
    default: "",
    schema: optionalText(),
  },
  JWT_AUDIENCE: {
    description: "What a token's `aud` must be or contain; not looked at when empty.",
    default: "",
    schema: optionalText(),
  },
  ALLOWED_HOSTS: {
    description:
      "Names the gateway may be called by in the Host header, without a port, with commas between them. When empty: localhost and HOST, or any where HOST is every address.",
    default: "",
    schema: list(),
  },
  CORS_ORIGINS: {
    description:
      "Origins whose pages may call the gateway from a browser (`https://app.example.org`), with commas between them. None when empty.",
    default: "",
    schema: list(),
  },
  DOCKER_HOST: {
    description: "The engine: `unix:///path`, `tcp://host:port` or `http://host:port`. The local socket when empty.",
    default: "",
    schema: z.union([z.literal("").transform(() => undefined), z.string().regex(/^(unix|tcp|http|https):\/\/.+/)]),
  },
  LINK: {
    description:
      "Road to a container: `socket` (bind-mounted directory), `exec` (relay in the container), `auto` (socket where the engine is local).",
    default: "auto",
    schema: z.enum(["auto", "socket", "exec"]),
  },
  SESSION_IMAGE: {
    description: "Image of the sessions' containers; `./dev image` builds it.",
    default: "cc-docker/session:latest",
    schema: text,
  },
  WORKSPACE_HOST_ROOTS: {
    description:
      "Directories of this machine that sessions may work in, or below, with colons between them; a colon of a path is written `\\:`, a backslash `\\\\`. None when empty; `./dev start` and `ccd serve` name the one they are started in, `ccd serve --allow` adds the one it is given in without a restart. Whoever has a token may have an agent act there as the owner of the files.",
    default: "",
    schema: roots(),
  },
  STARTUP_TIMEOUT: {
    description: "Seconds a session may take from its start to a ready agent.",
    default: "60",
    schema: seconds,
  },
  FORK_COPY_TIMEOUT: {
    description:
      "Seconds the copy of a session for a fork may take, and waiting for one that starts. A running one stands still while its files are read.",
    default: "300",
    schema: seconds,
  },
  REQUEST_TIMEOUT: {
    description: "Seconds a turn may take; then it is interrupted.",
    default: "600",
    schema: seconds,
  },
  HANG_TIMEOUT: {
    description:
      "Seconds in a turn without a word of the agent and without model traffic; then it is interrupted, if need be killed and resumed. Claude Code gives a sign every 30 s of a long tool.",
    default: "120",
    schema: seconds,
  },
  PARK_AFTER: {
    description:
      "Seconds a session may be idle before its agent is parked: it stands still, uses no CPU, and goes on with the next prompt. 0 parks none.",
    default: "60",
    schema: z.union([z.literal("0").transform(Number), seconds]),
  },
  CONTAINER_IDLE_TIMEOUT: {
    description: "Seconds a session may be idle; then it is stopped, and the next prompt wakes it.",
    default: "300",
    schema: seconds,
  },
  CONTAINER_TIMEOUT_DEFAULT: {
    description: "Seconds of one life of a session, from its start or waking; then it is stopped.",
    default: "3600",
    schema: seconds,
  },
  MAX_STARTUP_TIMEOUT: {
    description: "Longest startupTimeout a session may ask for.",
    default: "600",
    schema: seconds,
  },
  MAX_REQUEST_TIMEOUT: {
    description: "Longest requestTimeout a session may ask for.",
    default: "86400",
    schema: seconds,
  },
  MAX_PARK_AFTER: { description: "Longest parkAfter a session may ask for.", default: "86400", schema: seconds },
  MAX_IDLE_TIMEOUT: { description: "Longest idleTimeout a session may ask for.", default: "86400", schema: seconds },
  MAX_SESSION_TIMEOUT: {
    description: "Longest sessionTimeout a session may ask for.",
    default: "86400",
    schema: seconds,
  },
  MAX_SESSIONS_PER_USER: {
    description: "Sessions of one user that may live at one time; those at rest do not count. 0 is no limit.",
    default: "10",
    schema: wholeNumber(0, 1_000_000),
  },
  MAX_STORED_SESSIONS_PER_USER: {
    description: "Sessions of one user that are kept, with those at rest. 0 is no limit.",
    default: "1000",
    schema: wholeNumber(0, 100_000_000),
  },
  MAX_CONTAINERS: {
    description:
      "Containers there may be at one time, of all users: of sessions that live, and of those that are just being stopped or deleted. 0 is no limit.",
    default: "50",
    schema: wholeNumber(0, 1_000_000),
  },
  MAX_OPEN_TURNS_PER_USER: {
    description: "Turns of one user that may run or wait at one time. 0 is no limit.",
    default: "200",
    schema: wholeNumber(0, 1_000_000),
  },
  MAX_COST_PER_DAY: {
    description:
      "US dollars that one user's turns may cost in a day of UTC, those that are stopped too; then prompts are refused until the next. Turns that run go on to their end. 0 is no limit.",
    default: "0",
    schema: z.coerce.number({ error: "must be a number of US dollars" }).min(0).max(1_000_000),
  },
  MAX_TOKENS_PER_DAY: {
    description: "The same in tokens, those read from the model's cache included. 0 is no limit.",
    default: "0",
    schema: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  },
  MAX_REQUESTS_PER_SECOND: {
    description: "Calls one user may make a second, on average; twice as many at once after a pause. 0 is no limit.",
    default: "100",
    schema: wholeNumber(0, 1_000_000),
  },
  MAX_SUBSCRIPTIONS_PER_USER: {
    description: "Streams of events that one user may follow at one time. 0 is no limit.",
    default: "200",
    schema: wholeNumber(0, 1_000_000),
  },
  MAX_SOCKETS_PER_USER: {
    description:
      "WebSockets that one user may have open at one time, whether or not anything is followed. 0 is no limit.",
    default: "1000",
    schema: wholeNumber(0, 1_000_000),
  },
  MODEL: {
    description:
      "`scripted` answers with the built-in scripted model, `anthropic` with a real one; `auto` takes the real one when a credential is set.",
    default: "auto",
    schema: z.enum(["auto", "anthropic", "scripted"]),
  },
  ANTHROPIC_API_KEY: {
    description: "Credential of the model. Stays in the gateway; no container ever sees it.",
    default: "",
    secret: true,
    schema: optionalSecret(),
  },
  CLAUDE_CODE_OAUTH_TOKEN: {
    description: "Used when ANTHROPIC_API_KEY is empty.",
    default: "",
    secret: true,
    schema: optionalSecret(),
  },
  ANTHROPIC_BASE_URL: {
    description: "Where the broker forwards model calls to.",
    default: "https://api.anthropic.com",
    schema: z.url({ protocol: /^https?$/ }),
  },
  MODEL_MAX_RETRIES: {
    description:
      "How often the agent repeats a model call that failed for a passing reason, waiting longer each time; 10 is about three minutes.",
    default: "10",
    schema: wholeNumber(0, 100),
  },
  RATE_LIMIT_MAX_WAIT: {
    description:
      "Seconds a model call may wait for a rate limit to reset, where the model's service says when that is; the turn's time does not run meanwhile. A limit that lasts longer fails the turn at once.",
    default: "18000",
    schema: z.coerce
      .number({ error: secondsError })
      .min(0, { error: secondsError })
      .max(86_400, { error: secondsError }),
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    description:
      "Collector of traces: `http://collector:4318`. Spans go to `/v1/traces` below it as OTLP/HTTP in JSON. Without it there are no traces, in the gateway nor in the containers.",
    default: "",
    schema: z.union([z.literal("").transform(() => undefined), z.url({ protocol: /^https?$/ })]),
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    description: "What the collector asks of who sends: `name=value`, with commas between them.",
    default: "",
    secret: true,
    schema: headerList(),
  },
  OTEL_SERVICE_NAME: { description: "The gateway's name in its spans.", default: "cc-docker-gateway", schema: text },
  OTEL_TRACES_SAMPLER: {
    description:
      "Which traces are kept: `always_on`, `always_off`, `traceidratio`; `parentbased_` before it leaves it to the caller that began a trace.",
    default: "parentbased_always_on",
    schema: z.enum(SAMPLERS),
  },
  OTEL_TRACES_SAMPLER_ARG: {
    description: "The part that a `traceidratio` keeps, from 0 to 1.",
    default: "1",
    schema: z.coerce.number({ error: "must be a number from 0 to 1" }).min(0).max(1),
  },
  LOG_LEVEL: {
    description: "DEBUG, INFO, WARNING or ERROR.",
    default: "INFO",
    schema: text.transform((level) => level.toUpperCase()).pipe(z.enum(["DEBUG", "INFO", "WARNING", "ERROR"])),
  },
  LOG_FILE: {
    description:
      "File that the log goes to instead of stderr. At 10 MB it is begun anew; what it held is then in the file of that name with `.1` behind it. `ccd serve --detach` names `gateway.log` in DATA_DIR.",
    default: "",
    schema: optionalText(),
  },
} as const satisfies Record<string, Setting>;

function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

function optionalText() {
  return z.union([z.literal("").transform(() => undefined), text]);
}

function list() {
  return z.string().transform((value) =>
    value
      .split(",")
      .map((item) => item.trim())
      .filter(Boolean),
  );
}

function roots() {
  return z
    .string()
    .transform((value) => splitPaths(value).filter(Boolean))
    .pipe(z.array(z.string().regex(/^\//, "must be absolute paths with colons between them")));
}

/** At each colon that no backslash is before; a backslash stands for what follows it. */
function splitPaths(value: string): string[] {
  const paths = value.match(/(?:\\[^]|[^\\:])+\\?/g) ?? [];
  return paths.map((path) => path.replaceAll(/\\([^])/g, "$1"));
}

/** Values are percent-encoded, as OpenTelemetry has it. */
function headerList() {
  return z.string().transform((value, { addIssue }): Secret => {
    const pairs = value.split(",").filter((pair) => pair.trim() !== "");
    if (pairs.every((pair) => /^[^=]+=/.test(pair))) return secret(value);
    addIssue({ code: "custom", message: "must be name=value, with commas between them" });
    return z.NEVER;
  });
}

function optionalSecret() {
  return z.union([z.literal("").transform(() => undefined), secretText]);
}

type Rows = typeof rows;
export type Config = { [Name in keyof Rows]: z.output<Rows[Name]["schema"]> };

/** The rows without their parsers, for documents. */
export const SETTINGS: Record<string, Omit<Setting, "schema">> = rows;

/**
 * Reads all settings from an environment. An empty one starts a working server.
 * @throws CcError CONFIG_INVALID naming every bad setting at once, without secret values.
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, row] of Object.entries<Setting>(rows)) {
    const given = env[name]?.trim();
    const parsed = row.schema.safeParse(given ? given : row.default);
    if (parsed.success) config[name] = parsed.data;
    else
      problems.push(
        `${name}${row.secret ? "" : `=${given}`}: ${parsed.error.issues[0]?.message ?? "invalid"} (${row.description})`,
      );
  }
  problems.push(...findContradictions(config as Partial<Config>));
  if (problems.length > 0) throw new CcError("CONFIG_INVALID", `Invalid settings: ${problems.join("; ")}`);
  return config as Config;
}

/** A setting as people may see it. */
export type SettingInUse = { value: string; from: "environment" | "default" };

const SHOWN_SECRET = "***";

/** What each setting is and where it comes from, as `loadConfig` reads it from the same environment; without secrets. */
export function describeSettings(env: Record<string, string | undefined>): Record<string, SettingInUse> {
  const all = Object.entries<Setting>(rows).map(([name, row]): [string, SettingInUse] => {
    const given = env[name]?.trim();
    if (!given) return [name, { value: row.default, from: "default" }];
    return [name, { value: row.secret ? SHOWN_SECRET : withoutPassword(given), from: "environment" }];
  });
  return Object.fromEntries(all);
}

/** A URL may carry one. */
function withoutPassword(value: string): string {
  return value.replaceAll(/(\/\/)[^/@\s]+@/g, `$1${SHOWN_SECRET}@`);
}

/** What is wrong with settings that are each right. */
function findContradictions(config: Partial<Config>): string[] {
  const { HOST = "", JWT_SECRET, JWT_JWKS_URL, MODEL, ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN } = config;
  const problems: string[] = [];
  if (MODEL === "anthropic" && !ANTHROPIC_API_KEY && !CLAUDE_CODE_OAUTH_TOKEN)
    problems.push("MODEL=anthropic: neither ANTHROPIC_API_KEY nor CLAUDE_CODE_OAUTH_TOKEN is set");
  if (JWT_SECRET && JWT_JWKS_URL)
    problems.push("JWT_SECRET and JWT_JWKS_URL: tokens are signed with a secret or with key pairs, set one of them");
  if (JWT_JWKS_URL?.startsWith("http:") && !isLoopback(new URL(JWT_JWKS_URL).hostname))
    problems.push(`JWT_JWKS_URL=${JWT_JWKS_URL}: whoever is on the way could send keys of their own; use https`);
  if (JWT_SECRET && !isLoopback(HOST) && isWeakSecret(JWT_SECRET.reveal()))
    problems.push(
      `JWT_SECRET: it is easily guessed, and HOST=${HOST} can be reached from outside; leave it empty to have one made`,
    );
  return problems;
}

/** As in `Bearer TOKEN`: whoever complains may say the token alone. */
const BEHIND_SCHEME = /^\S+ (\S+)$/;

/** What of the settings is to be seen nowhere: of the collector's headers, which are one setting, each value. */
export function secretsOf(config: Config): string[] {
  const { JWT_SECRET, ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN, OTEL_EXPORTER_OTLP_HEADERS } = config;
  const given = [JWT_SECRET, ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN].flatMap((one) => one?.reveal() ?? []);
  const headers = Object.values(parseHeaderList(OTEL_EXPORTER_OTLP_HEADERS.reveal()));
  return [...given, ...headers, ...headers.flatMap((value) => BEHIND_SCHEME.exec(value)?.[1] ?? [])];
}

/** Files below DATA_DIR that others look for: one name, one place. */
export function dataPaths(dataDir: string) {
  return {
    database: join(dataDir, "cc-docker.db"),
    jwtSecret: join(dataDir, "jwt-secret"),
    server: join(dataDir, "server.json"),
    sockets: join(dataDir, "run"),
    install: join(dataDir, "install-id"),
    lock: join(dataDir, "lock"),
    allowed: join(dataDir, "allowed-directories.json"),
  };
}
