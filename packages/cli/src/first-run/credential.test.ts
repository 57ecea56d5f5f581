import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findCredential } from "./credential.ts";
import type { Talk } from "./talk.ts";

const NOW = Date.parse("2026-01-15T10:30:00Z");
const LOGIN = { accessToken: "sk-ant-oat01-of-the-login", refreshToken: "r", expiresAt: NOW + 3 * 3_600_000 };

/** Where Claude Code keeps its own. */
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "ccd-claude-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function keepLogin(login: unknown): Promise<void> {
  await writeFile(join(directory, ".credentials.json"), typeof login === "string" ? login : JSON.stringify(login));
}

/** A person who gives these answers, one after the other, and then leaves. */
function talkWith(...answers: string[]) {
  const said: string[] = [];
  const talk: Talk = {
    say: (line) => void said.push(line),
    draw: () => undefined,
    ask: async (question, options) => {
      said.push(`${question}${options?.hidden ? "(hidden)" : ""}`);
      return answers.shift();
    },
  };
  const find = (env = {}) => findCredential({ CLAUDE_CONFIG_DIR: directory, ...env }, talk, NOW);
  return { find, said: () => said.join("\n") };
}

it.each(["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"])(
  "takes what the environment has as %s, without a question, also beside a login",
  async (name) => {
    await keepLogin({ claudeAiOauth: LOGIN });
    const { find, said } = talkWith();
    expect(await find({ [name]: "sk-secret" })).toEqual({ settings: {}, isScripted: false });
    expect(said()).toBe(`  model    Claude, with your ${name}`);
  },
);

it("uses the login of Claude Code once the person says yes, who is told until when it works", async () => {
  await keepLogin({ claudeAiOauth: LOGIN });
  const { find, said } = talkWith("y");
  expect(await find()).toEqual({ settings: { CLAUDE_CODE_OAUTH_TOKEN: LOGIN.accessToken }, isScripted: false });
  expect(said()).toMatch(/works until 20\d\d-01-1\d \d\d:\d0, 3\.0 h from now/);
  expect(said()).toContain(directory);
  expect(said()).toContain("`claude setup-token`");
  for (const secret of [LOGIN.accessToken, LOGIN.refreshToken]) expect(said().split(/[ \n]/)).not.toContain(secret);
  expect(await readdir(directory)).toEqual([".credentials.json"]);
  expect(JSON.parse(await readFile(join(directory, ".credentials.json"), "utf8"))).toEqual({ claudeAiOauth: LOGIN });
});

it.each(["", "n", "what?"])("leaves the login alone on %j, and asks for a credential", async (answer) => {
  await keepLogin({ claudeAiOauth: LOGIN });
  const { find, said } = talkWith(answer, "");
  expect(await find()).toEqual({ settings: { MODEL: "scripted" }, isScripted: true });
  expect(said()).toContain("credential (hidden)");
});

it.each<[string, unknown, string]>([
  ["has expired", { claudeAiOauth: { ...LOGIN, expiresAt: NOW - 1 } }, "has expired; `claude` renews it"],
  ["is about to", { claudeAiOauth: { ...LOGIN, expiresAt: NOW + 1000 } }, "has expired; `claude` renews it"],
  ["has no time", { claudeAiOauth: { ...LOGIN, expiresAt: "soon" } }, "holds no login"],
  ["has a time that is none", { claudeAiOauth: { ...LOGIN, expiresAt: 1e300 } }, "holds no login"],
  ["would break a header", { claudeAiOauth: { ...LOGIN, accessToken: "sk\r\nx: y" } }, "holds no login"],
  ["is of another kind", { mcpOAuth: {} }, "holds no login"],
  ["is no JSON", "{", "holds no login"],
  ["is not there", undefined, "is not there"],
])("says of a login that %s why it cannot be used, and what to type instead", async (_name, kept, reason) => {
  if (kept !== undefined) await keepLogin(kept);
  const { find, said } = talkWith("");
  expect(await find()).toEqual({ settings: { MODEL: "scripted" }, isScripted: true });
  expect(said()).toContain(`No login of Claude Code can be used: ${join(directory, ".credentials.json")} ${reason}`);
  expect(said()).toContain("`claude setup-token`");
});

it("asks for one, which nobody sees, and knows the two kinds apart", async () => {
  for (const [given, name] of [
    ["sk-ant-api03-x", "ANTHROPIC_API_KEY"],
    ["sk-ant-oat01-y", "CLAUDE_CODE_OAUTH_TOKEN"],
  ] as const) {
    const { find, said } = talkWith(given);
    expect(await find()).toEqual({ settings: { [name]: given }, isScripted: false });
    expect(said()).toContain("(hidden)");
    expect(said()).not.toContain(given);
  }
});

it("takes MODEL=scripted at its word", async () => {
  const { find, said } = talkWith();
  expect(await find({ MODEL: "scripted", ANTHROPIC_API_KEY: "sk-x" })).toEqual({ settings: {}, isScripted: true });
  expect(said()).toBe("  model    the scripted one, as MODEL says");
});

it("ends with a person who leaves, at each question", async () => {
  expect(await talkWith().find()).toBeUndefined();
  await keepLogin({ claudeAiOauth: LOGIN });
  expect(await talkWith().find()).toBeUndefined();
});
