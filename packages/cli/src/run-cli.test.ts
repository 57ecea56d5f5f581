import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { jwtVerify } from "jose";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type Environment, INTERRUPTED, type Output } from "./io.ts";
import { runCli } from "./run-cli.ts";

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ccd-"));
});
afterAll(() => rm(dataDir, { recursive: true }));

type Given = { env?: Environment; signal?: AbortSignal; stdin?: string[]; isTTY?: boolean };

async function ccd(argv: string[], given: Given = {}) {
  const written = { stdout: "", stderr: "" };
  const outputTo = (name: "stdout" | "stderr"): Output => ({
    write: async (text) => {
      written[name] += text;
    },
    dim: (text) => text,
  });
  const stdin = Object.assign(Readable.from(given.stdin ?? []), { isTTY: given.isTTY ?? false });
  const io = {
    env: { DATA_DIR: dataDir, ...given.env },
    cwd: dataDir,
    stdin,
    stdout: outputTo("stdout"),
    stderr: outputTo("stderr"),
    signal: given.signal ?? new AbortController().signal,
  };
  return { exitCode: await runCli(argv, io), ...written };
}

it.each([
  [["nonsense"]],
  [["run", "a", "b"]],
  [["run", "--mode", "maybe", "a"]],
  [["show", "a", "b"]],
  [["ls", "--status", "asleep"]],
  [["run", "--scratch", "-C", ".", "a"]],
  [["token"]],
  [["rm"]],
  [[]],
])("%j is a usage error", async (argv) => {
  const { exitCode, stdout, stderr } = await ccd(argv);
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("ccd");
});

it.each([[["--plain"]], [["--json", "--plain"]], [["--json"]]])("%j opens the UI in lines", async (argv) => {
  const { exitCode, stderr } = await ccd(argv);
  expect(exitCode).toBe(5);
  expect(stderr).toContain("SERVER_UNREACHABLE");
});

it.each([[["--version", "--json"]], [["--json", "--version"]]])("tells its version as JSON: %j", async (argv) => {
  const { exitCode, stdout } = await ccd(argv);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ version: expect.stringMatching(/^\d+\.\d+/) });
});

it("makes no token that every gateway refuses", async () => {
  const { exitCode, stdout, stderr } = await ccd(["token", "--sub", " "], { env: { JWT_SECRET: "s".repeat(32) } });
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("A token without an owner is refused");
});

it.each([[["serve", "--json"]], [["serve", "--detach", "--json"]]])(
  "tells as JSON why a gateway does not start: %j",
  async (argv) => {
    const { exitCode, stderr } = await ccd(argv, { env: { ...process.env, DATA_DIR: "/dev/null/below" } });
    expect(exitCode).not.toBe(0);
    expect(JSON.parse(stderr)).toMatchObject({ error: { message: expect.stringContaining("/dev/null/below") } });
  },
  30_000,
);

it("helps with examples", async () => {
  const { exitCode, stdout } = await ccd(["--help"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("What can you do?");
  expect((await ccd(["run", "--help"])).stdout).toContain("git diff | ccd run -");
});

it("says that no gateway runs here, and how to start one", async () => {
  const { exitCode, stderr } = await ccd(["ls"]);
  expect(exitCode).toBe(5);
  expect(stderr).toBe(
    `SERVER_UNREACHABLE: No gateway runs on this machine: there is no ${dataDir}/server.json.\n` +
      "`ccd` alone offers to start one; `ccd serve` starts one here, CC_DOCKER_URL names one elsewhere.\n",
  );
});

it.each([
  [JSON.stringify({ url: "http://127.0.0.1:1", pid: 2 ** 30 }), "process 1073741824, which wrote"],
  ["{", "cannot be read"],
  ['{"url":"http://127.0.0.1:1","pid":-1}', "cannot be read"],
  [JSON.stringify({ url: "http://127.0.0.1:1", pid: process.pid, started: "of another" }), "another has its number"],
  [JSON.stringify({ url: "http://127.0.0.1:1", pid: process.pid }), "TOKEN_MISSING"],
])("does not trust a server.json of %s", async (text, said) => {
  await writeFile(join(dataDir, "server.json"), text);
  const { stderr } = await ccd(["ls"]);
  await rm(join(dataDir, "server.json"));
  expect(stderr).toContain(said);
});

it("tells failures as JSON where the output is JSON", async () => {
  const { stderr } = await ccd(["ls", "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "SERVER_UNREACHABLE", retry: "unknown" } });
});

it("tells usage errors as JSON too", async () => {
  const { exitCode, stderr } = await ccd(["ls", "--json", "--frobnicate"]);
  expect(exitCode).toBe(2);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "REQUEST_INVALID", message: "unknown option '--frobnicate'" },
  });
});

it("gives a token as JSON with whose it is and how long it holds", async () => {
  const { stdout } = await ccd(["token", "--sub", "ann", "--ttl", "15m", "--json"], {
    env: { JWT_SECRET: "s".repeat(32) },
  });
  expect(JSON.parse(stdout)).toEqual({ token: expect.any(String), sub: "ann", ttlSeconds: 900 });
});

it.each<[string, string[], Given, string]>([
  ["none at all", ["run"], { isTTY: true }, "There is no prompt"],
  ["an empty pipe", ["run"], {}, "PROMPT_EMPTY"],
  ["two of them", ["run", "--file", "x", "y"], {}, "There are two prompts"],
  ["a file that is not there", ["run", "--file", "/nonexistent/x"], {}, "cannot be read"],
  ["white space on stdin", ["send", "3d9a", "-"], { stdin: [" \n"] }, "PROMPT_EMPTY"],
])("does not begin with %s for a prompt", async (_name, argv, given, said) => {
  const { exitCode, stderr } = await ccd(argv, given);
  expect(stderr).toContain(said);
  expect(exitCode).toBe(2);
});

it("reaches for the gateway that is named, with its token", async () => {
  const url = "http://127.0.0.1:1";
  expect(await ccd(["ls"], { env: { CC_DOCKER_URL: url } })).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining("TOKEN_MISSING"),
  });
  const { exitCode, stderr } = await ccd(["ls"], { env: { CC_DOCKER_URL: url, CC_DOCKER_TOKEN: "t" } });
  expect(exitCode).toBe(5);
  expect(stderr).toContain(`SERVER_UNREACHABLE: No gateway can be reached at ${url}`);
});

it("makes tokens that the gateway's secret signs", async () => {
  const secret = "0123456789abcdef0123456789abcdef";
  await writeFile(join(dataDir, "jwt-secret"), `${secret}\n`);
  const { stdout } = await ccd(["token", "--sub", "ann", "--ttl", "15m"]);
  await rm(join(dataDir, "jwt-secret"));
  const { payload } = await jwtVerify(stdout.trim(), new TextEncoder().encode(secret), { algorithms: ["HS256"] });
  expect(payload.sub).toBe("ann");
  expect(Number(payload.exp) - Number(payload.iat)).toBe(900);
});

it("says that no gateway has made a secret yet, and where it looked", async () => {
  const { exitCode, stderr } = await ccd(["token", "--sub", "ann"]);
  expect(exitCode).toBe(5);
  expect(stderr).toContain(`${dataDir}/jwt-secret`);
});

it("ends with 130 when it is interrupted, without a word", async () => {
  await writeFile(join(dataDir, "server.json"), JSON.stringify({ url: "http://127.0.0.1:1", pid: process.pid }));
  const result = await ccd(["ls"], { env: { JWT_SECRET: "s".repeat(32) }, signal: AbortSignal.abort(INTERRUPTED) });
  await rm(join(dataDir, "server.json"));
  expect(result).toEqual({ exitCode: 130, stdout: "", stderr: "" });
});

it.each([
  [["run", "--scratch", "hi"], "may still make the session"],
  [["chat", "--scratch"], "may still make the session"],
  [["doctor", "--start"], ""],
])("leaves a gateway that answers nothing with the first Ctrl-C: %j", async (argv, said) => {
  const interruption = new AbortController();
  const server = createServer(() => interruption.abort(INTERRUPTED)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { CC_DOCKER_URL: url, CC_DOCKER_TOKEN: "t" };
  const { exitCode, stderr } = await ccd(argv, { env, signal: interruption.signal });
  expect(exitCode).toBe(130);
  expect(stderr).toContain(said);
});
