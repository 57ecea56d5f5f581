import { createHmac, randomBytes } from "node:crypto";
import { createClient, type ErrorCode } from "@cc-docker/client";
import { type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { expect } from "vitest";
import { shareStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

// No session is started here.
const stack = shareStack({ env: { SESSION_IMAGE: "cc-docker/absent:1" } });

const now = () => Math.floor(Date.now() / 1000);
const valid = (): JWTPayload => ({ sub: "alice", exp: now() + 60 });

type BadToken = { name: string; code: ErrorCode; make(secret: string): string | Promise<string> };
const BAD_TOKENS: BadToken[] = [
  { name: "expired", code: "TOKEN_EXPIRED", make: (secret) => sign({ ...valid(), exp: now() - 1 }, secret) },
  { name: "not valid yet", code: "TOKEN_INVALID", make: (secret) => sign({ ...valid(), nbf: now() + 600 }, secret) },
  { name: "without an end", code: "TOKEN_INVALID", make: (secret) => sign({ sub: "alice" }, secret) },
  { name: "without an owner", code: "TOKEN_INVALID", make: (secret) => sign({ exp: now() + 60 }, secret) },
  { name: "with an empty owner", code: "TOKEN_INVALID", make: (secret) => sign({ ...valid(), sub: "" }, secret) },
  {
    name: "signed by another secret",
    code: "TOKEN_INVALID",
    make: () => sign(valid(), randomBytes(32).toString("hex")),
  },
  { name: "signed with HS512", code: "TOKEN_INVALID", make: (secret) => sign(valid(), secret, "HS512") },
  { name: "unsigned", code: "TOKEN_INVALID", make: () => new UnsecuredJWT(valid()).encode() },
  { name: "unsigned, called None", code: "TOKEN_INVALID", make: (secret) => forge({ alg: "None" }, secret) },
  {
    name: "with a key of its own",
    code: "TOKEN_INVALID",
    make: () => forge({ alg: "HS256", jwk: { kty: "oct", k: "YQ" } }, "a"),
  },
  {
    name: "with a changed owner",
    code: "TOKEN_INVALID",
    make: async (secret) => swapPayload(await sign(valid(), secret)),
  },
  { name: "of garbage", code: "TOKEN_INVALID", make: () => "not.a.token" },
  { name: "of 100 kB", code: "TOKEN_INVALID", make: () => "x".repeat(100_000) },
];

for (const { name, code, make } of BAD_TOKENS) {
  verifies("auth.tokens", `a token ${name} is refused for calls and for streams`, async () => {
    const client = createClient({ url: stack().url, token: await make(await stack().readSecret()) });
    // Node itself refuses headers of more than 16 KiB.
    const codes =
      name === "of 100 kB" ? ["TOKEN_INVALID", "SERVER_UNREACHABLE", "REQUEST_INVALID", "ROUTE_NOT_FOUND"] : [code];
    for (const call of [
      () => client.sessions.list.query({}),
      () => client.sessions.create.mutate({}),
      () => client.followEvents({ sessionId: crypto.randomUUID(), giveUpAfterMs: 0 }).next(),
    ])
      expect(codes).toContain(await codeOf(call()));
  });
}

verifies("auth.tokens", "a token is taken from the Authorization header as Bearer and from nowhere else", async () => {
  const token = await stack().token("alice");
  const attempts: { query?: string; headers?: Record<string, string>; code: ErrorCode }[] = [
    { code: "TOKEN_MISSING" },
    { query: `?token=${token}&access_token=${token}`, code: "TOKEN_MISSING" },
    { headers: { cookie: `token=${token}` }, code: "TOKEN_MISSING" },
    { headers: { "x-api-key": token }, code: "TOKEN_MISSING" },
    { headers: { authorization: token }, code: "TOKEN_INVALID" },
    { headers: { authorization: `Basic ${token}` }, code: "TOKEN_INVALID" },
    { headers: { authorization: `Bearer ${token} ${token}` }, code: "TOKEN_INVALID" },
  ];
  for (const { query = "", headers = {}, code } of attempts) {
    const response = await fetch(`${stack().url}/trpc/sessions.list${query}`, { headers });
    const body = (await response.json()) as { error: { data: { cc: { code: string; hint: string } } } };
    expect(response.status).toBe(401);
    expect(body.error.data.cc).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
  }
});

verifies("auth.tokens", "refused callers made nothing, and learn nothing of sessions or of the machine", async () => {
  expect((await stack().client().sessions.list.query({})).sessions).toEqual([]);
  const health = await (await fetch(`${stack().url}/health`)).text();
  expect(health).not.toMatch(/\/|docker\.sock|ccd-/);
});

function sign(payload: JWTPayload, secret: string, alg = "HS256"): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

/** With any header, which a library would not let through. */
function forge(header: object, secret: string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const body = `${encode(header)}.${encode(valid())}`;
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}

function swapPayload(token: string): string {
  const [header = "", , signature = ""] = token.split(".");
  const payload = Buffer.from(JSON.stringify({ ...valid(), sub: "root" })).toString("base64url");
  return [header, payload, signature].join(".");
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "no error",
    (error: { code?: string }) => error.code ?? String(error),
  );
}
