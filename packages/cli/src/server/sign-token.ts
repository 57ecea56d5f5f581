import { createHmac } from "node:crypto";

/**
 * Makes a token for a gateway whose HS256 secret is at hand. The API itself never issues any. A library would bring Web
 * Crypto, which takes longer to load than `ccd ls` to run.
 * @param ttlSeconds how long it is valid
 */
export function signToken({ secret, sub, ttlSeconds }: { secret: string; sub: string; ttlSeconds: number }): string {
  const now = Math.floor(Date.now() / 1000);
  const signed = [{ alg: "HS256" }, { sub, iat: now, exp: now + ttlSeconds }].map(encode).join(".");
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
