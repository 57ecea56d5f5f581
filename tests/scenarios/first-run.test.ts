/** `ccd` where nothing runs yet: from a question to the UI on a gateway in the background. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Session } from "@cc-docker/client";
import { afterEach, beforeEach, expect } from "vitest";
import { startEngineProxy } from "../harness/engine-proxy.ts";
import { findFreePort } from "../harness/find-free-port.ts";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { KEYS, openCcd } from "../harness/pseudo-terminal.ts";
import { runCcd } from "../harness/run-ccd.ts";
import { verifies } from "../verifies.ts";

let install: Install;
let home: string;

beforeEach(async () => {
  install = await openInstall();
  home = await mkdtemp(join(tmpdir(), "ccd-home-"));
});
afterEach(async () => {
  await runCcd(["serve", "--stop"], { DATA_DIR: install.dataDir });
  await rm(home, { recursive: true });
  await install[Symbol.asyncDispose]();
});

/** What somebody has who has just got the program: no settings but where things are. */
async function nothingYet(others: Settings = {}): Promise<Settings> {
  return { DATA_DIR: install.dataDir, HOME: home, PORT: String(await findFreePort()), ...others };
}

/** The files below these directories that hold the text. */
async function filesWith(text: string, ...directories: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const directory of directories)
    for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && (await readFile(path)).includes(text)) found.push(path);
    }
  return found;
}

verifies("ui.first-run", "ccd alone makes the image, starts a gateway, says hello, and opens the UI", async () => {
  await using terminal = openCcd({ env: await nothingYet() });
  await terminal.waitFor("No gateway runs on this machine.");
  await terminal.press(KEYS.enter);
  await terminal.waitFor("credential (hidden)");
  await terminal.press(KEYS.enter);
  await terminal.waitFor(/image +cc-docker\/session:/);
  await terminal.waitFor("Hello from Claude Code in a container.");
  expect(terminal.screen()).toContain("`ccd serve --allow`");
  await terminal.press(KEYS.enter);
  await terminal.waitFor("No sessions.");
  expect(terminal.isAlternate()).toBe(true);
  await terminal.press("n"); // a session on the directory that it was started in
  await terminal.waitFor("idle");
  terminal.paste('tool: Bash {"command":"ls package.json"}');
  await terminal.press(KEYS.enter);
  await terminal.waitFor(/^ +package\.json$/m);
  await terminal.press(KEYS.esc, "q");
  await terminal.waitFor("Sessions");
  await terminal.press("q");
  expect(await terminal.exited).toBe(0);
  const ls = await runCcd(["ls", "--json"], { DATA_DIR: install.dataDir });
  expect(ls.exitCode).toBe(0); // it outlives who started it
  const sessions = ls.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Session);
  expect(sessions).toMatchObject([{ workspace: { type: "host", path: process.cwd() } }]); // hello has left nothing
  expect((await runCcd(["rm", sessions[0]?.id ?? ""], { DATA_DIR: install.dataDir })).exitCode).toBe(0);
});

/** The engine, which has no session image of that name until one was built. */
async function startEngineWithoutImage() {
  let isBuilt = false;
  return startEngineProxy(({ method, url = "" }, response) => {
    if (method === "POST" && /\/build\?/.test(url)) isBuilt = true;
    const isAsked = /\/images\/cc-docker\/session:[^/]+\/json/.test(decodeURIComponent(url));
    if (!isAsked || isBuilt) return false;
    response.writeHead(404, { "content-type": "application/json" }).end('{"message":"No such image"}');
    return true;
  });
}

verifies(
  "ui.first-run",
  "where there is no image a bar shows how far its build is, and the hello is out of it",
  async () => {
    await using engine = await startEngineWithoutImage();
    await using terminal = openCcd({ env: await nothingYet({ ...engine.env, MODEL: "scripted" }) });
    await terminal.waitFor("[Y/n]");
    await terminal.press(KEYS.enter);
    await terminal.waitFor(/\[#*\.+\] +\d+ %/);
    await terminal.waitFor(/\[#{24}\] 100 %.* built in \d/);
    await terminal.waitFor("Hello from Claude Code in a container.");
    const parts = Array.from(terminal.written().matchAll(/\[#*\.*\] +(\d+) %/g), ([, percent]) => Number(percent));
    expect(parts).toEqual(parts.toSorted((a, b) => a - b));
    expect(new Set(parts).size).toBeGreaterThan(2);
    await terminal.press(KEYS.ctrlC);
    expect(await terminal.exited).toBe(130);
  },
);

verifies("ui.first-run", "a credential that is pasted is not shown, and goes to the gateway alone", async () => {
  const secret = install.canary;
  await using terminal = openCcd({ env: await nothingYet({ ANTHROPIC_BASE_URL: install.model.url }) });
  await terminal.waitFor("[Y/n]");
  await terminal.press("y", KEYS.enter);
  await terminal.waitFor("credential (hidden)");
  terminal.paste(secret);
  await terminal.press(KEYS.enter);
  await terminal.waitFor(/hello {4}\S/);
  expect(terminal.written()).not.toContain(secret);
  await terminal.press(KEYS.ctrlC);
  expect(await terminal.exited).toBe(130);
});

verifies("ui.first-run", "a login of Claude Code is used after a yes, and is written nowhere", async () => {
  const accessToken = install.canary;
  const login = JSON.stringify({ claudeAiOauth: { accessToken, expiresAt: Date.now() + 3_600_000 } });
  await mkdir(join(home, ".claude"));
  await writeFile(join(home, ".claude/.credentials.json"), login);
  await using terminal = openCcd({ env: await nothingYet({ ANTHROPIC_BASE_URL: install.model.url }) });
  await terminal.waitFor("[Y/n]");
  await terminal.press("y", KEYS.enter);
  await terminal.waitFor("1.0 h from now");
  await terminal.waitFor("Use the login? [y/N]");
  await terminal.press("y", KEYS.enter);
  await terminal.waitFor(/hello {4}\S/);
  const sent = install.model.journal.requests.map(({ headers }) => headers["authorization"]);
  expect(new Set(sent)).toEqual(new Set([`Bearer ${accessToken}`]));
  expect(terminal.written()).not.toContain(accessToken);
  await terminal.press(KEYS.ctrlC);
  expect(await terminal.exited).toBe(130);
  expect(await readFile(join(home, ".claude/.credentials.json"), "utf8")).toBe(login);
  expect(await filesWith(accessToken, install.dataDir, home)).toEqual([join(home, ".claude/.credentials.json")]);
});

verifies("ui.first-run", "who wants no gateway is told how else, and nothing is started", async () => {
  await using terminal = openCcd({ env: await nothingYet() });
  await terminal.waitFor("[Y/n]");
  await terminal.press("n", KEYS.enter);
  await terminal.waitFor("ccd serve");
  expect(await terminal.exited).toBe(0);
  expect((await runCcd(["ls"], { DATA_DIR: install.dataDir })).exitCode).toBe(5);
});

verifies(
  "ui.first-run",
  "where agents cannot work it says so, and what to type, before it starts anything",
  async () => {
    const env = await nothingYet({ DATA_DIR: join(home, ".cc-docker") });
    await using terminal = openCcd({ env, cwd: home });
    await terminal.waitFor("[Y/n]");
    expect(terminal.screen()).toMatch(/cannot work in .*\n?.* itself[^]*`cd PROJECT`/);
    await terminal.press("n", KEYS.enter);
    expect(await terminal.exited).toBe(0);
  },
);

verifies("ui.first-run", "without an engine it says what is wrong and what to do, and starts nothing", async () => {
  const env = await nothingYet({ DOCKER_HOST: "unix:///nonexistent/docker.sock", MODEL: "scripted" });
  await using terminal = openCcd({ env });
  await terminal.waitFor("[Y/n]");
  await terminal.press(KEYS.enter);
  await terminal.waitFor("RUNTIME_UNAVAILABLE");
  expect(await terminal.exited).toBe(5);
  expect(terminal.screen()).not.toMatch(/^\s+at /m);
});
