/** `ccd` about the gateway and itself. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataPaths } from "@cc-docker/server";
import { afterAll, beforeAll, expect } from "vitest";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { runCcd } from "../harness/run-ccd.ts";
import { type GatewayProcess, startGatewayProcess } from "../harness/start-gateway-process.ts";
import { verifies } from "../verifies.ts";

const cleanup = new AsyncDisposableStack();
let install: Install;
let gateway: GatewayProcess;
let env: Settings;

beforeAll(async () => {
  install = cleanup.use(await openInstall({ MAX_SESSIONS_PER_USER: "1" }));
  gateway = cleanup.use(await startGatewayProcess(install.env));
  env = { DATA_DIR: install.dataDir };
});
afterAll(() => cleanup.disposeAsync());

type Report = { ok: boolean; findings: { level: string; what: string; fix?: string }[] };
const doctor = async (where: Settings, ...options: string[]) => {
  const { stdout, exitCode } = await runCcd(["doctor", "--json", ...options], where);
  return { ...(JSON.parse(stdout) as Report), exitCode };
};

verifies("cli.doctor", "doctor finds a working gateway well, and starts a session to show it", async () => {
  const { exitCode, stdout } = await runCcd(["doctor", "--start"], env);
  expect(exitCode).toBe(0);
  for (const told of [
    gateway.url,
    "the Docker Engine answers",
    "the token is good; 0 of 1",
    "a session was ready after",
  ])
    expect(stdout).toContain(told);
  expect(stdout).not.toContain("FAIL");
  expect(await install.leftovers()).toEqual([]);
});

verifies("cli.doctor", "doctor says what is wrong and what mends it, and ends with 5", async () => {
  const away = await doctor({ DATA_DIR: "/nonexistent" });
  expect(away).toMatchObject({ ok: false, exitCode: 5 });
  expect(away.findings.at(-1)).toMatchObject({ level: "FAIL", fix: expect.stringContaining("ccd serve") });
  const refused = await doctor({ CC_DOCKER_URL: gateway.url, CC_DOCKER_TOKEN: "x.y.z" });
  expect(refused).toMatchObject({ ok: false, exitCode: 5 });
  expect(refused.findings.at(-1)).toMatchObject({ level: "FAIL", what: expect.stringContaining("TOKEN_INVALID") });
  await using broken = await openInstall({ DOCKER_HOST: "unix:///nonexistent.sock" });
  await using lonely = await startGatewayProcess(broken.env);
  const without = await doctor({ DATA_DIR: broken.dataDir });
  expect(lonely.url).not.toBe(gateway.url);
  expect(without).toMatchObject({ ok: false, exitCode: 5 });
  expect(without.findings.filter(({ level }) => level === "FAIL")).toEqual([
    { level: "FAIL", what: "the Docker Engine does not answer", fix: expect.stringContaining("DOCKER_HOST") },
  ]);
});

verifies("cli.doctor", "config shows the settings that are used, where each comes from, and no secret", async () => {
  const { exitCode, stdout } = await runCcd(["config", "--json"], env);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ccd: { DATA_DIR: { value: install.dataDir, from: "environment" }, CC_DOCKER_URL: { from: "default" } },
    gateway: {
      url: gateway.url,
      settings: {
        ANTHROPIC_API_KEY: { value: "***", from: "environment" },
        MAX_SESSIONS_PER_USER: { value: "1", from: "environment" },
        LOG_LEVEL: { value: "INFO", from: "default" },
      },
    },
  });
  const shown = await runCcd(["config"], { ...env, CC_DOCKER_TOKEN: install.canary });
  expect(shown.stdout).toMatch(/^ANTHROPIC_API_KEY +environment +\*\*\*$/m);
  for (const text of [stdout, shown.stdout]) expect(text).not.toContain(install.canary);
  const elsewhere = await runCcd(["config"], { CC_DOCKER_URL: "http://127.0.0.1:9" });
  expect(elsewhere.stdout).toContain("gateway http://127.0.0.1:9: it is named by CC_DOCKER_URL");
});

verifies(
  "cli.serve",
  "a gateway in the background is found, is started once, and ends when it is told to",
  async () => {
    await using own = await openInstall();
    const where = own.env;
    const started = await runCcd(["serve", "--detach", "--json"], where);
    expect(started).toMatchObject({ exitCode: 0, stderr: "" });
    const { url, pid } = JSON.parse(started.stdout) as { url: string; pid: number };
    try {
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      expect((await runCcd(["ls"], { DATA_DIR: own.dataDir })).exitCode).toBe(0);
      const second = await runCcd(["serve", "--detach"], where);
      expect(second).toMatchObject({ stdout: "", stderr: expect.stringContaining(`A gateway runs already: ${url}`) });
    } finally {
      const stopped = await runCcd(["serve", "--stop"], where);
      expect(stopped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(url) });
    }
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect((await runCcd(["serve", "--stop"], where)).exitCode).toBe(5);
  },
);

verifies(
  "cli.serve",
  "a gateway's sessions may work in the directory it is started in, whatever that is called",
  async () => {
    await using own = await openInstall();
    const here = await mkdtemp(join(tmpdir(), "ccd-a:b\\c:-"));
    const ccd = (...args: string[]) => runCcd(args, { ...own.env, LOG_LEVEL: "INFO" }, { cwd: here });
    try {
      expect(await ccd("serve", "--detach")).toMatchObject({ exitCode: 0, stderr: "" });
      expect(await ccd("run", "bash: touch made\nsay: done")).toMatchObject({ exitCode: 0, stdout: "done\n" });
      expect(await readdir(here)).toEqual(["made"]);
      expect(await readFile(join(own.dataDir, "gateway.log"), "utf8")).toMatch(/"message":"listening"/);
    } finally {
      await ccd("serve", "--stop");
      await rm(here, { recursive: true });
    }
  },
);

verifies("cli.serve", "a gateway that has crashed is not taken for the process that has its number now", async () => {
  await using own = await openInstall();
  const announcement = { url: gateway.url, pid: process.pid, started: "of another", settings: {} };
  await writeFile(dataPaths(own.dataDir).server, JSON.stringify(announcement));
  for (const args of [["ls"], ["serve", "--stop"]]) {
    const { exitCode, stderr } = await runCcd(args, { DATA_DIR: own.dataDir });
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/is gone, and another has its number\.\n`ccd` alone offers to start one/);
  }
});
