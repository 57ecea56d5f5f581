/** Who is calling. Tokens are checked here, never made. */
import { CcError } from "@cc-docker/protocol";
import { errors, jwtVerify } from "jose";

/** `sub` of the caller's token: the owner of what it makes. */
export type Caller = {
  owner: string;
  /** Milliseconds until the token expires. */
  expiresInMs: number;
};
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

/** Far beyond any sensible token, far below what costs to look at. */
const MAX_TOKEN_LENGTH = 8192;
const MAX_OWNER_LENGTH = 200;
/** Callers at one time; beyond it all are checked anew once. */
const MAX_KNOWN_TOKENS = 1000;

/**
 * Checks `Authorization: Bearer JWT`: HS256 and nothing else, `sub` and `exp` required.
 * @throws (the returned function) CcError TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID
 */
export function createAuthenticate(jwtSecret: { reveal(): string }): Authenticate {
  const key = new TextEncoder().encode(jwtSecret.reveal());
  const known = new Map<string, Verified>();

  async function verify(token: string): Promise<Verified> {
    const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"], requiredClaims: ["sub", "exp"] }).catch(
      (error: unknown) => {
        throw translate(error);
      },
    );
    const verified = { owner: requireOwner(payload.sub), expiresAt: Number(payload.exp) * 1000 };
    if (known.size >= MAX_KNOWN_TOKENS) known.clear();
    known.set(token, verified);
    return verified;
  }

  /** A token that was good stays so until it expires: the secret does not change while the gateway runs. */
  return async (authorization) => {
    const token = bearerOf(authorization);
    const found = known.get(token);
    const { owner, expiresAt } = found && found.expiresAt > Date.now() ? found : await verify(token);
    return { owner, expiresInMs: expiresAt - Date.now() };
  };
}

type Verified = { owner: string; expiresAt: number };

/** jose takes the claim's word for its type. */
function requireOwner(sub: unknown): string {
  if (typeof sub === "string" && sub !== "" && sub.length <= MAX_OWNER_LENGTH) return sub;
  throw new CcError("TOKEN_INVALID", `The token's "sub" must be text of 1 to ${MAX_OWNER_LENGTH} characters.`);
}

function bearerOf(authorization: string | undefined): string {
  if (!authorization) throw new CcError("TOKEN_MISSING", "The request carries no token.");
  const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization.slice(0, MAX_TOKEN_LENGTH + 8))?.[1];
  if (!token || token.length > MAX_TOKEN_LENGTH)
    throw new CcError("TOKEN_INVALID", "The Authorization header is not `Bearer JWT`.");
  return token;
}

function translate(error: unknown): CcError {
  if (error instanceof errors.JWTExpired)
    return new CcError(
      "TOKEN_EXPIRED",
      `The token expired at ${new Date(Number(error.payload.exp) * 1000).toISOString()}.`,
    );
  if (error instanceof errors.JOSEAlgNotAllowed)
    return new CcError("TOKEN_INVALID", "The token is not signed with HS256.");
  if (error instanceof errors.JWTClaimValidationFailed)
    return new CcError("TOKEN_INVALID", `The token's claim "${error.claim}" is ${error.reason}.`);
  return new CcError("TOKEN_INVALID", "The token is not a JWT signed by this server's secret.");
}
