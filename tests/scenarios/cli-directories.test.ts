/** `ccd` in a directory: where its sessions work, and which one is meant when none is named. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataPaths } from "@cc-docker/server";
import { afterAll, beforeAll, expect } from "vitest";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { runCcd } from "../harness/run-ccd.ts";
import { startGatewayProcess } from "../harness/start-gateway-process.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const cleanup = new AsyncDisposableStack();
let install: Install;
let env: Settings;
let root: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "ccd-root-")));
  cleanup.defer(() => rm(root, { recursive: true }));
  install = cleanup.use(await openInstall({ WORKSPACE_HOST_ROOTS: root }));
  cleanup.use(await startGatewayProcess(install.env));
  env = { DATA_DIR: install.dataDir };
});
afterAll(() => cleanup.disposeAsync());

/** A directory below what the gateway allows. */
async function makeDirectory(...path: string[]): Promise<string> {
  const directory = join(root, ...path);
  await mkdir(directory, { recursive: true });
  return directory;
}
const ccdIn = (cwd: string, ...args: string[]) => runCcd(args, env, { cwd });
const jsonIn = async (cwd: string, ...args: string[]) =>
  JSON.parse((await ccdIn(cwd, ...args, "--json")).stdout) as Record<string, unknown>;

verifies(
  "cli.directories",
  "run works in the directory it is given in, or in the one of -C, and leaves the files",
  async () => {
    const here = await makeDirectory("run");
    const other = await makeDirectory("other");
    expect(await ccdIn(here, "run", "bash: echo made > here.txt\nsay: done")).toMatchObject({
      exitCode: 0,
      stdout: "done\n",
    });
    expect(await readFile(join(here, "here.txt"), "utf8")).toBe("made\n");
    expect((await stat(join(here, "here.txt"))).uid).toBe((await stat(here)).uid);
    expect((await ccdIn(here, "run", "-C", "../other", "bash: touch there.txt\nsay: done")).exitCode).toBe(0);
    expect((await stat(join(other, "there.txt"))).isFile()).toBe(true);
    expect((await ccdIn(here, "run", "--scratch", "bash: touch nowhere.txt; ls\nsay: done")).stderr).toContain(
      "nowhere.txt",
    );
    await expect(stat(join(here, "nowhere.txt"))).rejects.toMatchObject({ code: "ENOENT" });
    expect(await install.leftovers()).toEqual([]);
  },
);

verifies("cli.directories", "a directory that the gateway does not allow is refused with all ways out", async () => {
  const refused = await ccdIn("/", "run", "-C", "/usr", "say: never");
  expect(refused).toMatchObject({ exitCode: 4, stdout: "", stderr: expect.stringContaining("WORKSPACE_NOT_ALLOWED") });
  for (const way of ["ccd serve --allow", "--scratch"]) expect(refused.stderr).toContain(way);
  expect((await ccdIn("/", "run", "-C", "/nonexistent", "say: never")).exitCode).toBe(2);
  expect(await install.leftovers()).toEqual([]);
});

verifies(
  "cli.directories",
  "a second project is let in by the command that its refusal names, while the first one's session works on",
  async () => {
    const first = await makeDirectory("first project");
    const second = await realpath(await mkdtemp(join(tmpdir(), "ccd-second-")));
    cleanup.defer(() => rm(second, { recursive: true }));
    const works = (await ccdIn(first, "run", "--detach", "say: before\nwait: 5s\nsay: after")).stdout.trim();
    const refused = await ccdIn(second, "run", "say: never");
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("`ccd serve --allow`") });
    for (const another of [["serve"], ["serve", "--detach"]])
      expect(await ccdIn(second, ...another)).toMatchObject({
        exitCode: 5,
        stderr: expect.stringMatching(/DATA_DIR_IN_USE[^]*`ccd serve --allow`[^]*`ccd serve --stop`/),
      });
    expect(await ccdIn(second, "serve", "--allow")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`sessions may work in ${second};`),
    });
    expect((await ccdIn(second, "run", "bash: touch here\nsay: done")).stdout).toBe("done\n");
    expect((await stat(join(second, "here"))).isFile()).toBe(true);
    expect(await jsonIn(first, "show", works)).toMatchObject({ session: { status: "running" } });
    expect((await ccdIn(first, "send", "--wait", "say: and on")).stdout).toBe("and on\n");
    expect((await ccdIn(first, "logs")).stdout).toMatch(/before[^]*after[^]*and on/);
    expect((await ccdIn(first, "rm", works)).exitCode).toBe(0);
  },
);

verifies(
  "cli.directories",
  "a command without a name means the only session of the directory, also below it",
  async () => {
    const project = await makeDirectory("project");
    const deep = await makeDirectory("project", "src", "deep");
    const elsewhere = await makeDirectory("elsewhere");
    const first = (await ccdIn(project, "run", "--detach", "--name", "the first", "say: one")).stdout.trim();
    expect((await ccdIn(deep, "send", "--wait", "say: found from below")).stdout).toBe("found from below\n");
    expect((await ccdIn(deep, "show")).stdout).toMatch(new RegExp(`${first}[^]*the first[^]*${project}`));
    expect((await ccdIn(deep, "logs")).stdout).toContain("found from below");
    for (const [command, status] of [
      ["pause", "paused"],
      ["resume", "idle"],
      ["stop", "stopped"],
    ] as const)
      expect(await jsonIn(deep, command)).toMatchObject({ id: first, status });
    const none = await ccdIn(elsewhere, "show");
    expect(none).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(elsewhere) });

    const second = await jsonIn(project, "fork", "--name", "the second");
    expect(second).toMatchObject({ name: "the second", workspace: { type: "host", path: project } });
    const several = await ccdIn(project, "stop");
    expect(several.exitCode).toBe(2);
    for (const told of [first, "the first", String(second["id"]), "the second"]) expect(several.stderr).toContain(told);
    const listed = (await ccdIn("/", "ls")).stdout;
    expect(listed).toMatch(new RegExp(`${first}  the first .* ${project}\\n`));
    expect((await ccdIn(project, "ls", "-C", ".", "--json")).stdout.trimEnd().split("\n")).toHaveLength(2);
    expect((await ccdIn(elsewhere, "ls", "-C", ".", "--json")).stdout).toBe("");
    expect((await ccdIn(elsewhere, "rm", "the first", "the second")).exitCode).toBe(0);
  },
);

verifies("cli.directories", "approve without an id answers what the agent of the directory asks", async () => {
  const here = await makeDirectory("asks");
  const id = (await ccdIn(here, "run", "--detach", "--mode", "ask", "bash: touch allowed\nsay: done")).stdout.trim();
  await waitUntil(async () => (await ccdIn(here, "show")).stdout.includes("ccd approve"), {
    what: "a question",
    deadlineMs: 30_000,
  });
  expect(await jsonIn(here, "approve")).toMatchObject({ state: "allowed", sessionId: id });
  await waitUntil(() => stat(join(here, "allowed")), { what: "the file" });
  expect((await ccdIn(here, "rm", id)).exitCode).toBe(0);
});

verifies("cli.directories", "./dev start lets sessions work in the directory it is given in", async () => {
  const here = await realpath(await mkdtemp(join(tmpdir(), "ccd-start-")));
  await using mine = await openInstall();
  const dev = join(import.meta.dirname, "../../dev");
  const gateway = spawn(dev, ["start"], { cwd: here, env: { ...process.env, ...mine.env }, stdio: "ignore" });
  const ended = once(gateway, "exit");
  try {
    await waitUntil(() => existsSync(dataPaths(mine.dataDir).server), { what: "the gateway", deadlineMs: 120_000 });
    const made = await runCcd(["run", "bash: touch made\nsay: done"], { DATA_DIR: mine.dataDir }, { cwd: here });
    expect(made).toMatchObject({ exitCode: 0, stdout: "done\n" });
    expect((await stat(join(here, "made"))).isFile()).toBe(true);
  } finally {
    gateway.kill("SIGTERM");
    await ended;
    await rm(here, { recursive: true });
  }
});
