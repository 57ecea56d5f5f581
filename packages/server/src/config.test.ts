import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { isCcError } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { dataPaths, describeSettings, loadConfig, secret, secretsOf } from "./config.ts";

function problemsOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (isCcError(error, "CONFIG_INVALID")) return error.message;
    throw error;
  }
  throw new Error("the settings were taken");
}

const SECRET = "a-secret-of-at-least-thirty-two-characters";

describe("the settings", () => {
  it("of an empty environment start a working server on this machine alone", () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ HOST: "127.0.0.1", PORT: 8000, LINK: "auto", MODEL: "auto", LOG_LEVEL: "INFO" });
    expect([config.JWT_SECRET, config.DOCKER_HOST, config.ANTHROPIC_API_KEY]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(config.DATA_DIR).toMatch(/^\/.*\/\.cc-docker$/);
  });

  it("that are empty or blank count as absent", () => {
    const names = ["HOST", "PORT", "JWT_SECRET", "DOCKER_HOST", "LOG_LEVEL", "ANTHROPIC_API_KEY", "MODEL"];
    const config = loadConfig(Object.fromEntries(names.map((name) => [name, "  "])));
    expect(JSON.stringify(config)).toBe(JSON.stringify(loadConfig({})));
  });

  it("are read as numbers, urls and words of any case", () => {
    const env = { PORT: " 0 ", STARTUP_TIMEOUT: "1.5", LOG_LEVEL: "warning", ANTHROPIC_BASE_URL: "http://[::1]:1/x" };
    expect(loadConfig(env)).toMatchObject({ PORT: 0, STARTUP_TIMEOUT: 1.5, LOG_LEVEL: "WARNING" });
  });

  it("that are wrong are all named at once, with what was given and what is meant", () => {
    const message = problemsOf({ PORT: "eighty", LOG_LEVEL: "loud", DOCKER_HOST: "docker", STARTUP_TIMEOUT: "0" });
    for (const part of [
      "PORT=eighty",
      "LOG_LEVEL=loud",
      "DOCKER_HOST=docker",
      "STARTUP_TIMEOUT=0",
      "Port the gateway",
    ]) {
      expect(message).toContain(part);
    }
  });

  it.each([
    ["/a:/b/c", ["/a", "/b/c"]],
    [":/a::", ["/a"]],
    [String.raw`/a\:b:/c\\`, ["/a:b", "/c\\"]],
    ["", []],
  ])("name directories to work in: %s", (WORKSPACE_HOST_ROOTS, paths) => {
    expect(loadConfig({ WORKSPACE_HOST_ROOTS }).WORKSPACE_HOST_ROOTS).toEqual(paths);
  });

  it.each([
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "1.5"],
    ["ANTHROPIC_BASE_URL", "ftp://host"],
    ["ANTHROPIC_BASE_URL", "api.anthropic.com"],
    ["MODEL", "gpt"],
    ["LINK", "tcp"],
    ["STARTUP_TIMEOUT", "86401"],
  ])("refuse %s=%s", (name, value) => {
    expect(problemsOf({ [name]: value })).toContain(`${name}=${value}`);
  });

  it("refuse a signing secret that can be guessed, without saying what it was", () => {
    expect(problemsOf({ JWT_SECRET: "hunter2" })).toMatch(/JWT_SECRET/);
    expect(problemsOf({ JWT_SECRET: "hunter2" })).not.toContain("hunter2");
  });

  it("refuse a secret beyond this machine that somebody may guess", () => {
    const weak = { JWT_SECRET: "your-jwt-secret-key-change-me-please" };
    expect(loadConfig(weak).JWT_SECRET?.reveal()).toBe(weak.JWT_SECRET);
    expect(problemsOf({ ...weak, HOST: "0.0.0.0" })).toContain("JWT_SECRET: it is easily guessed");
    expect(problemsOf({ ...weak, HOST: "0.0.0.0" })).not.toContain(weak.JWT_SECRET);
    expect(loadConfig({ HOST: "0.0.0.0", JWT_SECRET: randomBytes(32).toString("hex") }).HOST).toBe("0.0.0.0");
  });

  it("refuse two ways to sign tokens, and keys that come by a road anybody may be on", () => {
    const JWT_JWKS_URL = "https://login.example.org/keys";
    expect(problemsOf({ JWT_JWKS_URL, JWT_SECRET: SECRET })).toContain("JWT_SECRET and JWT_JWKS_URL");
    expect(problemsOf({ JWT_JWKS_URL: "http://login.example.org/keys" })).toContain("use https");
    expect(loadConfig({ JWT_JWKS_URL: "http://localhost:9/keys" }).JWT_JWKS_URL).toBe("http://localhost:9/keys");
  });

  it("that are lists have commas between their items", () => {
    const { ALLOWED_HOSTS, CORS_ORIGINS } = loadConfig({ CORS_ORIGINS: " https://a.example , https://b.example,, " });
    expect(CORS_ORIGINS).toEqual(["https://a.example", "https://b.example"]);
    expect(ALLOWED_HOSTS).toEqual([]);
  });

  it("refuse a real model without a credential", () => {
    expect(problemsOf({ MODEL: "anthropic" })).toContain("ANTHROPIC_API_KEY");
    expect(loadConfig({ MODEL: "anthropic", CLAUDE_CODE_OAUTH_TOKEN: SECRET }).MODEL).toBe("anthropic");
  });

  it("never print a secret, whoever prints them", () => {
    const env = { JWT_SECRET: SECRET, ANTHROPIC_API_KEY: SECRET, CLAUDE_CODE_OAUTH_TOKEN: SECRET };
    const config = loadConfig(env);
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(config.JWT_SECRET),
    ];
    expect(printed.join()).not.toContain(SECRET);
    expect(JSON.stringify(config)).toContain('"JWT_SECRET":"***"');
    expect(config.JWT_SECRET?.reveal()).toBe(SECRET);
    expect(String(secret(SECRET))).toBe("***");
  });

  it("name what is to be seen nowhere, of the collector's headers each value as it is sent", () => {
    const env = {
      ANTHROPIC_API_KEY: SECRET,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20Zm9vOmJhcg==, x-key=k=1",
    };
    expect(secretsOf(loadConfig(env))).toEqual([SECRET, "Basic Zm9vOmJhcg==", "k=1", "Zm9vOmJhcg=="]);
    expect(secretsOf(loadConfig({}))).toEqual([]);
  });

  it("are told to people with where each comes from, and without secrets", () => {
    const { PORT, LOG_LEVEL, JWT_SECRET, ANTHROPIC_API_KEY, DOCKER_HOST } = describeSettings({
      PORT: " 9000 ",
      LOG_LEVEL: " ",
      JWT_SECRET: SECRET,
      DOCKER_HOST: "http://ann:pass@engine:2375",
    });
    expect([PORT, LOG_LEVEL, JWT_SECRET, ANTHROPIC_API_KEY, DOCKER_HOST]).toEqual([
      { value: "9000", from: "environment" },
      { value: "INFO", from: "default" },
      { value: "***", from: "environment" },
      { value: "", from: "default" },
      { value: "http://***@engine:2375", from: "environment" },
    ]);
  });

  it("begin the data directory at the user's home for ~, and leave other paths alone", () => {
    expect(loadConfig({ DATA_DIR: "~" }).DATA_DIR).not.toContain("~");
    expect(loadConfig({ DATA_DIR: "/srv/~x" }).DATA_DIR).toBe("/srv/~x");
    expect(new Set(Object.values(dataPaths("/d"))).size).toBe(7);
  });
});
