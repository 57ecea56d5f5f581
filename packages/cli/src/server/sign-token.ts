import { SignJWT } from "jose";

/**
 * Makes a token for a gateway whose HS256 secret is at hand. The API itself never issues any.
 * @param ttlSeconds how long it is valid
 */
export function signToken({
  secret,
  sub,
  ttlSeconds,
}: {
  secret: string;
  sub: string;
  ttlSeconds: number;
}): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + ttlSeconds)
    .sign(new TextEncoder().encode(secret));
}
