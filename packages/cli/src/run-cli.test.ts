import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jwtVerify } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Environment, INTERRUPTED, type Output } from "./io.ts";
import { runCli } from "./run-cli.ts";

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ccd-"));
});
afterAll(() => rm(dataDir, { recursive: true }));

async function ccd(argv: string[], env: Environment = {}, signal: AbortSignal = new AbortController().signal) {
  const written = { stdout: "", stderr: "" };
  const outputTo = (name: "stdout" | "stderr"): Output => ({
    write: async (text) => {
      written[name] += text;
    },
    dim: (text) => text,
  });
  const stdin = (async function* () {})();
  const io = {
    env: { DATA_DIR: dataDir, ...env },
    stdin,
    stdout: outputTo("stdout"),
    stderr: outputTo("stderr"),
    signal,
  };
  return { exitCode: await runCli(argv, io), ...written };
}

it.each([[["nonsense"]], [["run"]], [["run", "a", "b"]], [["ls", "--status", "asleep"]], [["token"]], [["rm"]], [[]]])(
  "%j is a usage error",
  async (argv) => {
    const { exitCode, stdout, stderr } = await ccd(argv);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("ccd");
  },
);

it("helps with examples", async () => {
  const { exitCode, stdout } = await ccd(["--help"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("git diff | ccd run -");
});

it("says that no gateway runs here, and how to start one", async () => {
  const { exitCode, stderr } = await ccd(["ls"]);
  expect(exitCode).toBe(5);
  expect(stderr).toBe(
    `SERVER_UNREACHABLE: No gateway runs on this machine: there is no ${dataDir}/server.json.\n` +
      "Start the gateway with `./dev start` or `ccd serve`, or set CC_DOCKER_URL.\n",
  );
});

it.each([
  [JSON.stringify({ url: "http://127.0.0.1:1", pid: 2 ** 30 }), "process 1073741824, which wrote"],
  ["{", "cannot be read"],
  ['{"url":"http://127.0.0.1:1","pid":-1}', "cannot be read"],
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

it("reaches for the gateway that is named, with its token", async () => {
  const url = "http://127.0.0.1:1";
  expect(await ccd(["ls"], { CC_DOCKER_URL: url })).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining("TOKEN_MISSING"),
  });
  const { exitCode, stderr } = await ccd(["ls"], { CC_DOCKER_URL: url, CC_DOCKER_TOKEN: "t" });
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
  const result = await ccd(["ls"], { JWT_SECRET: "s".repeat(32) }, AbortSignal.abort(INTERRUPTED));
  await rm(join(dataDir, "server.json"));
  expect(result).toEqual({ exitCode: 130, stdout: "", stderr: "" });
});
