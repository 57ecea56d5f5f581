import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { secret } from "../config.ts";
import { createAuthenticate } from "./authenticate.ts";

const SECRET = "the-secret-of-this-server-has-32-characters";
const authenticate = createAuthenticate({ keys: { jwtSecret: secret(SECRET) } });
const now = () => Math.floor(Date.now() / 1000);
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

type Forged = { header?: object; claims?: object; key?: string; hash?: string };

/** A token made by hand, so that it can be wrong in one way. */
function token({ header, claims, key = SECRET, hash = "sha256" }: Forged = {}): string {
  const body = `${encode({ alg: "HS256", typ: "JWT", ...header })}.${encode({ sub: "ann", exp: now() + 60, ...claims })}`;
  return `${body}.${createHmac(hash, key).update(body).digest("base64url")}`;
}

const enter = (jwt: string) => authenticate(`Bearer ${jwt}`);
const invalid = { code: "TOKEN_INVALID" };

describe("a caller", () => {
  it("is the `sub` of a token signed with the server's secret", async () => {
    expect(await enter(token())).toMatchObject({ owner: "ann" });
    expect(await authenticate(`bearer ${token({ claims: { sub: "bob@example.org" } })}`)).toMatchObject({
      owner: "bob@example.org",
    });
  });

  it.each([undefined, ""])("without a token is told that it is missing", async (authorization) => {
    await expect(authenticate(authorization)).rejects.toMatchObject({ code: "TOKEN_MISSING" });
  });

  it("with an expired token is told since when", async () => {
    const expired = enter(token({ claims: { exp: 1_000_000_000 } }));
    await expect(expired).rejects.toMatchObject({
      code: "TOKEN_EXPIRED",
      message: "The token expired at 2001-09-09T01:46:40.000Z.",
    });
  });

  it("with a token that was good is told when it has expired since", async () => {
    const short = token({ claims: { exp: now() + 1 } });
    await enter(short);
    await expect
      .poll(() => enter(short).catch((error: unknown) => error), { timeout: 5000 })
      .toMatchObject({ code: "TOKEN_EXPIRED" });
  });

  it("with an expired token that somebody else signed is not told so", async () => {
    await expect(enter(token({ claims: { exp: 1 }, key: "other" }))).rejects.toMatchObject(invalid);
  });

  it.each([
    ["another secret", () => token({ key: "another-secret-of-at-least-32-characters" })],
    ["an empty secret", () => token({ key: "" })],
    ["no signature", () => `${token().split(".").slice(0, 2).join(".")}.`],
    ["alg none", () => `${encode({ alg: "none" })}.${encode({ sub: "ann", exp: now() + 60 })}.`],
    ["alg none and a signature", () => token({ header: { alg: "none" } })],
    ["alg None", () => token({ header: { alg: "None" } })],
    ["HS512", () => token({ header: { alg: "HS512" }, hash: "sha512" })],
    ["HS256 in the header and HS512 in the signature", () => token({ hash: "sha512" })],
    ["RS256 over the secret", () => token({ header: { alg: "RS256" } })],
    ["RS256 of a key pair of its own", rs256],
    ["a key it brings along", () => token({ header: { jwk: { kty: "oct", k: "AAAA" } }, key: "\0\0\0" })],
    ["a critical extension nobody knows", () => token({ header: { crit: ["x"], x: 1 } })],
    ["no exp", () => token({ claims: { exp: undefined } })],
    ["an exp that is no number", () => token({ claims: { exp: "tomorrow" } })],
    ["no sub", () => token({ claims: { sub: undefined } })],
    ["an empty sub", () => token({ claims: { sub: "" } })],
    ["a sub that is no text", () => token({ claims: { sub: 5 } })],
    ["a sub that is a list", () => token({ claims: { sub: ["ann"] } })],
    ["a sub of 201 characters", () => token({ claims: { sub: "x".repeat(201) } })],
    ["an nbf in the future", () => token({ claims: { nbf: now() + 60 } })],
    [
      "a payload of another token",
      () =>
        token()
          .split(".")
          .with(1, encode({ sub: "eve", exp: now() + 60 }))
          .join("."),
    ],
    ["no JWT", () => "not.a.jwt"],
  ])("with a token of %s is refused", async (_what, make) => {
    await expect(enter(make())).rejects.toMatchObject(invalid);
  });

  it.each(["Basic abc", "Bearer", "Bearer ", "Bearer a b", token(), `Bearer\n${token()}`, `Bearer ${token()} `])(
    "with a header that is not `Bearer JWT` is refused",
    async (authorization) => {
      await expect(authenticate(authorization)).rejects.toMatchObject(invalid);
    },
  );

  it("with a token of 10 MB is refused, though it is signed well", async () => {
    await expect(enter(token({ claims: { pad: "x".repeat(10_000_000) } }))).rejects.toMatchObject(invalid);
    expect(await enter(token({ claims: { pad: "x".repeat(5000) } }))).toMatchObject({ owner: "ann" });
  });

  it("never finds its token or the secret in an error", async () => {
    const jwt = token({ claims: { nbf: now() + 60 } });
    const error = (await enter(jwt).catch((reason: unknown) => reason)) as Error;
    expect(error.message).not.toContain(jwt);
    expect(error.message).not.toContain(SECRET);
  });
});

/** Signed with a private key whose public half an attacker may know: the secret must not serve as that half. */
function rs256(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const body = `${encode({ alg: "RS256" })}.${encode({ sub: "ann", exp: now() + 60 })}`;
  return `${body}.${sign("sha256", Buffer.from(body), privateKey).toString("base64url")}`;
}
