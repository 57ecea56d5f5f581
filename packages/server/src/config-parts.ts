/** The settings as the parts of the server take them. */
import type { Config, Secret } from "./config.ts";
import type { CoreDeps } from "./core/core.ts";
import type { TokenRules } from "./edges/authenticate.ts";
import type { CallerLimitSettings } from "./edges/caller-limits.ts";
import type { Upstream } from "./edges/link/model-service.ts";
import { VERSION } from "./version.ts";

/** The built-in scripted model, or a real one with the credential of this name. */
export type ModelChoice =
  | { name: "scripted" }
  | { name: "ANTHROPIC_API_KEY" | "CLAUDE_CODE_OAUTH_TOKEN"; upstream: Upstream };

/** With the time that a round takes, what nobody owns is gone within 15 s. */
const RECONCILE_EVERY_MS = 10_000;

/** What a token must be; `jwtSecret`: of the install. */
export function tokenRules({ JWT_JWKS_URL, JWT_ISSUER, JWT_AUDIENCE }: Config, jwtSecret: Secret): TokenRules {
  const keys = JWT_JWKS_URL === undefined ? { jwtSecret } : { jwksUrl: JWT_JWKS_URL };
  return { keys, issuer: JWT_ISSUER, audience: JWT_AUDIENCE };
}

/** Seconds become milliseconds here. */
export function coreSettings(config: Config): CoreDeps["settings"] {
  return {
    image: config.SESSION_IMAGE,
    startupTimeoutMs: config.STARTUP_TIMEOUT * 1000,
    copyTimeoutMs: config.FORK_COPY_TIMEOUT * 1000,
    requestTimeoutMs: config.REQUEST_TIMEOUT * 1000,
    hangTimeoutMs: config.HANG_TIMEOUT * 1000,
    parkAfterMs: config.PARK_AFTER * 1000,
    idleTimeoutMs: config.CONTAINER_IDLE_TIMEOUT * 1000,
    sessionTimeoutMs: config.CONTAINER_TIMEOUT_DEFAULT * 1000,
    maxTimeouts: {
      startupTimeout: config.MAX_STARTUP_TIMEOUT,
      requestTimeout: config.MAX_REQUEST_TIMEOUT,
      parkAfter: config.MAX_PARK_AFTER,
      idleTimeout: config.MAX_IDLE_TIMEOUT,
      sessionTimeout: config.MAX_SESSION_TIMEOUT,
    },
    quotas: {
      liveSessions: config.MAX_SESSIONS_PER_USER,
      storedSessions: config.MAX_STORED_SESSIONS_PER_USER,
      containers: config.MAX_CONTAINERS,
      openTurns: config.MAX_OPEN_TURNS_PER_USER,
      costUsdPerDay: config.MAX_COST_PER_DAY,
      tokensPerDay: config.MAX_TOKENS_PER_DAY,
    },
    reconcileEveryMs: RECONCILE_EVERY_MS,
    version: VERSION,
  };
}

/** Which model answers: a real one when it is wanted and there is a credential. */
export function chooseModel(config: Config): ModelChoice {
  const { MODEL, ANTHROPIC_API_KEY: key, CLAUDE_CODE_OAUTH_TOKEN: token, ANTHROPIC_BASE_URL: url } = config;
  if (MODEL === "scripted") return { name: "scripted" };
  if (key) return { name: "ANTHROPIC_API_KEY", upstream: { url, credential: { kind: "api-key", reveal: key.reveal } } };
  if (token)
    return { name: "CLAUDE_CODE_OAUTH_TOKEN", upstream: { url, credential: { kind: "oauth", reveal: token.reveal } } };
  return { name: "scripted" };
}

export function callerLimitSettings(config: Config): CallerLimitSettings {
  return {
    requestsPerSecond: config.MAX_REQUESTS_PER_SECOND,
    subscriptions: config.MAX_SUBSCRIPTIONS_PER_USER,
    sockets: config.MAX_SOCKETS_PER_USER,
  };
}
