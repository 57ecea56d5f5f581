/** Tokens of somebody else's making, and pages of somebody else's sites. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@cc-docker/client";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect } from "vitest";
import { startStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

const ABSENT = { SESSION_IMAGE: "cc-docker/absent:1" }; // no session is started here
const ISSUER = "https://login.example.org";

/** Lists the public half of one key pair, and signs with the other. */
async function startKeyServer() {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256" }];
  const server = createServer((_request, response) => void response.end(JSON.stringify({ keys })));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const sign = (claims: object) =>
    new SignJWT({ sub: "alice", iss: ISSUER, aud: "cc-docker", ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "one" })
      .setExpirationTime("1m")
      .sign(privateKey);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sign,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

verifies("auth.key-pairs", "the issuer's tokens are taken, its others are not, nor are those of a secret", async () => {
  await using keys = await startKeyServer();
  const env = { ...ABSENT, JWT_JWKS_URL: keys.url, JWT_ISSUER: ISSUER, JWT_AUDIENCE: "cc-docker" };
  await using stack = await startStack({ env });
  const list = (token: string) => createClient({ url: stack.url, token }).sessions.list.query({});
  expect(await list(await keys.sign({}))).toMatchObject({ sessions: [] });
  for (const claims of [{ iss: "https://evil.example" }, { aud: "other" }])
    await expect(list(await keys.sign(claims))).rejects.toMatchObject({ code: "TOKEN_INVALID" });
  const bySecret = new SignJWT({ sub: "alice", iss: ISSUER, aud: "cc-docker" }).setProtectedHeader({ alg: "HS256" });
  const secret = new TextEncoder().encode(await stack.readSecret());
  await expect(list(await bySecret.setExpirationTime("1m").sign(secret))).rejects.toMatchObject({
    code: "TOKEN_INVALID",
  });
});

verifies(
  "auth.browsers",
  "a page whose origin was named may call, any other is refused, calls and streams alike",
  async () => {
    await using stack = await startStack({ env: { ...ABSENT, CORS_ORIGINS: "https://app.example.org" } });
    const authorization = `Bearer ${await stack.token("alice")}`;
    const { id } = await stack.client().sessions.create.mutate({});
    const input = encodeURIComponent(JSON.stringify({ sessionId: id }));
    for (const path of [
      "/trpc/sessions.list?input=%7B%7D",
      `/trpc/events.follow?input=${input}`,
      "/health",
      "/metrics",
    ]) {
      const from = (origin: string) => fetch(new URL(path, stack.url), { headers: { authorization, origin } });
      const named = await from("https://app.example.org");
      expect([path, named.status, named.headers.get("access-control-allow-origin")]).toEqual([
        path,
        200,
        "https://app.example.org",
      ]);
      await named.body?.cancel();
      const other = await from("https://evil.example");
      expect([path, other.status, other.headers.get("access-control-allow-origin")]).toEqual([path, 403, null]);
      expect(await other.json()).toMatchObject({ error: { code: "ORIGIN_REFUSED" } });
    }
  },
);
