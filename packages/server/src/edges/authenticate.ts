/** Who is calling. Tokens are checked here, never made. */
import type { IncomingHttpHeaders } from "node:http";
import { CcError } from "@cc-docker/protocol";
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from "jose";
import { toTimerMs } from "../lib/clock.ts";

/** `sub` of the caller's token: the owner of what it makes. */
export type Caller = {
  owner: string;
  /** Milliseconds until the token expires. */
  expiresInMs: number;
};
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

/** What a token must be: signed by one of these keys, and issued by and meant for whom the operator has named. */
export type TokenRules = {
  keys: { jwtSecret: { reveal(): string } } | { jwksUrl: string };
  issuer?: string | undefined;
  audience?: string | undefined;
};

/**
 * A stream ends with its token, to the second: the client comes back with a new one, or is told that the old one has
 * expired.
 * @returns what forgets it
 */
export function atExpiry({ expiresInMs }: Pick<Caller, "expiresInMs">, end: () => void): () => void {
  const wholeMs = Math.ceil(expiresInMs / 1000) * 1000; // those of equal length share a list of timers
  const timer = setTimeout(end, toTimerMs(wholeMs)).unref();
  return () => clearTimeout(timer);
}

/** Far beyond any sensible token, far below what costs to look at. */
const MAX_TOKEN_LENGTH = 8192;
const MAX_OWNER_LENGTH = 200;
/** Callers at one time; beyond it all are checked anew once. */
const MAX_KNOWN_TOKENS = 1000;
/** How long a token stays good after its key was taken off the key server's list, at most. */
const TRUST_MS = 600_000;
const CONTROL = /\p{Cc}/u;

/** What signs with a secret and what signs with a key pair never meet: a public key is no secret. */
const SECRET_ALGORITHMS = ["HS256"];
const KEY_PAIR_ALGORITHMS = ["RS256", "ES256"];

/**
 * Checks `Authorization: Bearer JWT`: the algorithm is the configuration's, never the token's; `sub` and `exp` are
 * required, `iss` and `aud` where they are configured.
 * @throws (the returned function) CcError TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID, KEYS_UNAVAILABLE
 */
export function createAuthenticate({ keys, issuer, audience }: TokenRules): Authenticate {
  const rules = {
    requiredClaims: ["sub", "exp"],
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  const check = "jwksUrl" in keys ? checkByKeyServer(keys.jwksUrl, rules) : checkBySecret(keys.jwtSecret, rules);
  const known = new Map<string, Verified>();

  async function verify(token: string): Promise<Verified> {
    const payload = await check(token).catch((error: unknown) => {
      throw translate(error);
    });
    const expiresAt = Number(payload.exp) * 1000;
    const verified = { owner: requireOwner(payload.sub), expiresAt, until: Math.min(expiresAt, Date.now() + TRUST_MS) };
    if (known.size >= MAX_KNOWN_TOKENS) known.clear();
    known.set(token, verified);
    return verified;
  }

  return async (authorization) => {
    const token = bearerOf(authorization);
    const found = known.get(token);
    const { owner, expiresAt } = found && found.until > Date.now() ? found : await verify(token);
    return { owner, expiresInMs: expiresAt - Date.now() };
  };
}

type Verified = { owner: string; expiresAt: number; until: number };
type Check = (token: string) => Promise<{ sub?: unknown; exp?: unknown }>;

function checkBySecret(jwtSecret: { reveal(): string }, rules: JWTVerifyOptions): Check {
  const key = new TextEncoder().encode(jwtSecret.reveal());
  return async (token) => (await jwtVerify(token, key, { ...rules, algorithms: SECRET_ALGORITHMS })).payload;
}

/** The list is fetched when it is first needed, and again for an unknown key, at most every 30 s. */
function checkByKeyServer(url: string, rules: JWTVerifyOptions): Check {
  const listed = createRemoteJWKSet(new URL(url), { cacheMaxAge: TRUST_MS });
  const findKey: JWTVerifyGetKey = (header, token) =>
    listed(header, token).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported) throw error;
      throw new CcError("KEYS_UNAVAILABLE", `The keys that sign tokens could not be read: ${reasonOf(error)}.`);
    });
  return async (token) => (await jwtVerify(token, findKey, { ...rules, algorithms: KEY_PAIR_ALGORITHMS })).payload;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, "") : "no reason was given";
}

/** jose takes the claim's word for its type. */
function requireOwner(sub: unknown): string {
  if (
    typeof sub === "string" &&
    sub !== "" &&
    sub.length <= MAX_OWNER_LENGTH &&
    sub.isWellFormed() &&
    !CONTROL.test(sub)
  )
    return sub;
  throw new CcError(
    "TOKEN_INVALID",
    `The token's "sub" must be text of 1 to ${MAX_OWNER_LENGTH} characters, none of them a control character.`,
  );
}

function bearerOf(authorization: string | undefined): string {
  if (!authorization) throw new CcError("TOKEN_MISSING", "The request carries no token.");
  const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization.slice(0, MAX_TOKEN_LENGTH + 8))?.[1];
  if (!token || token.length > MAX_TOKEN_LENGTH)
    throw new CcError("TOKEN_INVALID", "The Authorization header is not `Bearer JWT`.");
  return token;
}

function translate(error: unknown): unknown {
  if (error instanceof CcError) return error;
  if (error instanceof errors.JWTExpired)
    return new CcError(
      "TOKEN_EXPIRED",
      `The token expired at ${new Date(Number(error.payload.exp) * 1000).toISOString()}.`,
    );
  if (error instanceof errors.JOSEAlgNotAllowed)
    return new CcError("TOKEN_INVALID", "The token is signed with an algorithm that this server does not take.");
  if (error instanceof errors.JWTClaimValidationFailed)
    return new CcError("TOKEN_INVALID", `The token's claim "${error.claim}" is ${error.reason}.`);
  return new CcError("TOKEN_INVALID", "The token is not a JWT signed by a key that this server trusts.");
}

/** What a request's head says of who calls, for what: nothing of it is checked yet. */
export type CallerHeaders = { authorization: string | undefined; traceparent: string | undefined };

export function callerOf({ authorization, traceparent }: IncomingHttpHeaders): CallerHeaders {
  return { authorization, traceparent: typeof traceparent === "string" ? traceparent : undefined };
}
