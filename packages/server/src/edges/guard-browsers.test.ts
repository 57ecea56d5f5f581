import createFastify from "fastify";
import { describe, expect, it } from "vitest";
import { type BrowserRules, guardBrowsers } from "./guard-browsers.ts";

const LOCAL: BrowserRules = { host: "127.0.0.1", allowedHosts: [], corsOrigins: [] };
const APP = "https://app.example.org";

async function request(rules: BrowserRules, headers: Record<string, string>, method: "GET" | "OPTIONS" = "GET") {
  const app = createFastify();
  guardBrowsers(app, rules);
  app.get("/", async () => "ok");
  const { statusCode, headers: answered, json } = await app.inject({ method, url: "/", headers });
  return { statusCode, answered, code: statusCode >= 400 ? json().code : undefined };
}

describe("a page of another site", () => {
  it.each(["https://evil.example", "http://evil.example:8000", "null", "garbage"])(
    "at %s is refused",
    async (origin) => {
      expect(await request(LOCAL, { host: "127.0.0.1:8000", origin })).toMatchObject({ code: "ORIGIN_REFUSED" });
      const preflight = { origin, "access-control-request-method": "POST" };
      const { answered, code } = await request(LOCAL, { host: "localhost", ...preflight }, "OPTIONS");
      expect(code).toBe("ORIGIN_REFUSED");
      expect(answered).not.toHaveProperty("access-control-allow-origin");
    },
  );

  it("whose origin the operator has named may call, and is told so", async () => {
    const rules = { ...LOCAL, corsOrigins: [APP] };
    const { statusCode, answered } = await request(rules, { host: "localhost:8000", origin: APP });
    expect(statusCode).toBe(200);
    expect(answered).toMatchObject({ "access-control-allow-origin": APP, vary: "Origin" });
    const asks = { host: "localhost:8000", origin: APP, "access-control-request-method": "DELETE" };
    const preflight = await request(rules, asks, "OPTIONS");
    expect(preflight.statusCode).toBe(204);
    expect(preflight.answered["access-control-allow-headers"]).toContain("authorization");
  });

  it("that is the gateway's own may call", async () => {
    const headers = { host: "localhost:8000", origin: "http://localhost:8000" };
    expect(await request(LOCAL, headers)).toMatchObject({ statusCode: 200 });
  });
});

describe("the name the gateway is called by", () => {
  it.each(["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000"])(
    "may be %s where it listens on loopback",
    async (host) => {
      expect(await request(LOCAL, { host })).toMatchObject({ statusCode: 200 });
    },
  );

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "a b", "10.0.0.1"])(
    "may not be %s there",
    async (host) => {
      expect(await request(LOCAL, { host })).toMatchObject({ code: "HOST_REFUSED" });
    },
  );

  it("may be any where it listens everywhere, and none but those that the operator has named", async () => {
    const everywhere = { ...LOCAL, host: "0.0.0.0" };
    expect(await request(everywhere, { host: "cc.example.org" })).toMatchObject({ statusCode: 200 });
    const named = { ...everywhere, allowedHosts: ["cc.example.org"] };
    expect(await request(named, { host: "cc.example.org:443" })).toMatchObject({ statusCode: 200 });
    expect(await request(named, { host: "10.0.0.1" })).toMatchObject({ code: "HOST_REFUSED" });
  });
});
