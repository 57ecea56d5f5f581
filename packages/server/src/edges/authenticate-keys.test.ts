/** Tokens that are signed with key pairs, whose public halves a key server lists. */
import { createHmac, type webcrypto } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthenticate } from "./authenticate.ts";

type CryptoKey = webcrypto.CryptoKey;
type Pair = { privateKey: CryptoKey; publicKey: CryptoKey };
let listed: { keys: JWK[] } = { keys: [] };
let fetched = 0;
let answers = true;
const server = createServer((_request, response) => {
  fetched += 1;
  response.writeHead(answers ? 200 : 500, { "content-type": "application/json" });
  response.end(JSON.stringify(listed));
});
let url = "";
const pairs = {} as Record<"RS256" | "ES256" | "PS256", Pair>;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  for (const alg of ["RS256", "ES256", "PS256"] as const)
    pairs[alg] = await generateKeyPair(alg, { extractable: true });
  listed = { keys: await Promise.all((["RS256", "ES256"] as const).map(list)) };
});
afterAll(() => server.close());

async function list(alg: "RS256" | "ES256"): Promise<JWK> {
  return { ...(await exportJWK(pairs[alg].publicKey)), kid: alg, alg, use: "sig" };
}

type Made = { alg?: string; kid?: string; key?: CryptoKey; claims?: Record<string, unknown> };
function make({ alg = "RS256", kid = alg, key = pairs.RS256.privateKey, claims = {} }: Made = {}): Promise<string> {
  const token = new SignJWT({ sub: "ann", ...claims }).setProtectedHeader({ alg, kid });
  return ("exp" in claims ? token : token.setExpirationTime("1m")).sign(key);
}

const open = (rules: { issuer?: string; audience?: string } = {}) =>
  createAuthenticate({ keys: { jwksUrl: url }, ...rules });
const invalid = { code: "TOKEN_INVALID" };

describe("a token signed with a key pair", () => {
  it("is taken with RS256 and ES256, and its key is fetched once", async () => {
    const authenticate = open();
    const before = fetched;
    for (let n = 0; n < 20; n += 1) await authenticate(`Bearer ${await make({ claims: { n } })}`);
    const es = await make({ alg: "ES256", key: pairs.ES256.privateKey });
    expect(await authenticate(`Bearer ${es}`)).toMatchObject({ owner: "ann" });
    expect(fetched - before).toBe(1);
  });

  it.each([
    ["an unknown key", () => make({ kid: "other" })],
    ["a key that another name belongs to", () => make({ kid: "ES256" })],
    ["an algorithm that is not taken", () => make({ alg: "PS256", kid: "RS256", key: pairs.PS256.privateKey })],
    ["a stranger's key under a known name", async () => make({ key: (await generateKeyPair("RS256")).privateKey })],
    ["the public key as an HS256 secret", signWithPublicKey],
    ["an end that has passed", () => make({ claims: { exp: 1 } }), "TOKEN_EXPIRED"],
  ])("is refused with %s", async (_what, forge, code = "TOKEN_INVALID") => {
    await expect(open()(`Bearer ${await forge()}`)).rejects.toMatchObject({ code });
  });

  it("of unknown keys does not have the list fetched each time", async () => {
    const authenticate = open();
    await authenticate(`Bearer ${await make()}`);
    const before = fetched;
    for (let n = 0; n < 20; n += 1)
      await expect(authenticate(`Bearer ${await make({ kid: `k${n}` })}`)).rejects.toMatchObject(invalid);
    expect(fetched).toBe(before);
  });

  it("cannot be checked while the key server is away, and can be once it is back", async () => {
    const authenticate = open();
    answers = false;
    try {
      const lost = authenticate(`Bearer ${await make()}`);
      await expect(lost).rejects.toMatchObject({ code: "KEYS_UNAVAILABLE" });
    } finally {
      answers = true;
    }
    expect(await authenticate(`Bearer ${await make()}`)).toMatchObject({ owner: "ann" });
  });
});

describe("the issuer and the audience that are configured", () => {
  const rules = { issuer: "https://login.example.org", audience: "cc-docker" };
  const right = { iss: rules.issuer, aud: ["other", rules.audience] };

  it("are required of a token", async () => {
    expect(await open(rules)(`Bearer ${await make({ claims: right })}`)).toMatchObject({ owner: "ann" });
  });

  it.each([
    { ...right, iss: undefined },
    { ...right, iss: "https://login.example.org.evil" },
    { ...right, aud: undefined },
    { ...right, aud: "other" },
  ])("refuse others: %j", async (claims) => {
    await expect(open(rules)(`Bearer ${await make({ claims })}`)).rejects.toMatchObject(invalid);
  });
});

/** Key confusion: who takes the algorithm from the token checks it with what everybody may know. */
async function signWithPublicKey(): Promise<string> {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const body = `${encode({ alg: "HS256", kid: "RS256" })}.${encode({ sub: "ann", exp: Date.now() })}`;
  const key = await exportSPKI(pairs.RS256.publicKey);
  return `${body}.${createHmac("sha256", key).update(body).digest("base64url")}`;
}
