import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Event } from "@cc-docker/client";
import { afterAll, beforeAll, expect } from "vitest";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { runCcd, startCcd } from "../harness/run-ccd.ts";
import { runProgram } from "../harness/run-program.ts";
import { type GatewayProcess, startGatewayProcess } from "../harness/start-gateway-process.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const cleanup = new AsyncDisposableStack();
let install: Install;
let gateway: GatewayProcess;
let env: Settings;

beforeAll(async () => {
  install = cleanup.use(await openInstall());
  gateway = cleanup.use(await startGatewayProcess(install.env));
  env = { DATA_DIR: install.dataDir };
});
afterAll(() => cleanup.disposeAsync());

const ccd = (...args: string[]) => runCcd(args, env);

verifies("cli.run", "run prints the answer on stdout, nothing else there, and leaves nothing", async () => {
  const { exitCode, stdout } = await ccd("run", "--scratch", "think: hm\nbash: echo from the tool\nsay: the answer");
  expect(stdout).toBe("the answer\n");
  expect(exitCode).toBe(0);
  expect(await install.leftovers()).toEqual([]);
  expect((await ccd("ls", "--json")).stdout).toBe("");
});

verifies(
  "cli.run",
  "run takes its prompt from stdin, and prints each event as a line of JSON when asked to",
  async () => {
    const { exitCode, stdout } = await runCcd(["run", "--scratch", "--json", "-"], env, { stdin: "say: piped" });
    expect(exitCode).toBe(0);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Event);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: "turn.completed", data: { result: { text: "piped" } } });
    expect(await install.leftovers()).toEqual([]);
  },
);

verifies("cli.run", "an interrupted run ends with 130 and leaves nothing", async () => {
  for (const prompt of ["stall: 60s", "stream: 100000 words every 1ms"]) {
    const run = startCcd(["run", "--scratch", prompt], env);
    await waitUntil(() => install.model.journal.prompts().includes(prompt), { what: "the model to be asked" });
    run.interrupt();
    expect((await run.ended).exitCode).toBe(130);
    expect(await install.leftovers()).toEqual([]);
  }
  const early = startCcd(["run", "--scratch", "say: too early"], env);
  await waitUntil(async () => (await install.leftovers()).length > 0, { what: "the session to be created" });
  early.interrupt();
  expect((await early.ended).exitCode).toBe(130);
  expect(await install.leftovers()).toEqual([]);
});

verifies(
  "cli.sessions",
  "a kept session is listed, shown, stopped and removed, by the beginning of its id",
  async () => {
    const kept = await ccd("run", "--scratch", "--keep", "say: kept");
    expect(kept).toMatchObject({ exitCode: 0, stdout: "kept\n" });
    const id = /[0-9a-f-]{36}/.exec(kept.stderr)?.[0] ?? "";
    const short = id.slice(0, 8);
    expect((await ccd("ls")).stdout).toMatch(new RegExp(`${short}.* idle `));
    expect((await ccd("logs", short)).stdout).toContain("kept");
    expect(await ccd("stop", short)).toMatchObject({ exitCode: 0, stdout: `${id} stopped\n` });
    expect(JSON.parse((await ccd("ls", "--json")).stdout)).toMatchObject({ id, status: "stopped", turnCount: 1 });
    expect((await ccd("logs", "--follow", id)).stdout).toContain("kept"); // ends by itself: the session has
    expect(await ccd("rm", short)).toMatchObject({ exitCode: 0, stdout: `${id} removed\n` });
    expect((await ccd("ls", "--json")).stdout).toBe("");
    expect(await install.leftovers()).toEqual([]);
  },
);

verifies("cli.sessions", "a detached session works on, and its log can be followed", async () => {
  const { exitCode, stdout } = await ccd("run", "--scratch", "--detach", "bash: sleep 0.5\nsay: done alone");
  expect(exitCode).toBe(0);
  const id = stdout.trim();
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  const logs = startCcd(["logs", "-f", id], env);
  await waitUntil(() => logs.stdout().includes("done alone"), { what: "the answer in the log" });
  logs.interrupt();
  expect((await logs.ended).exitCode).toBe(130);
  expect((await ccd("rm", id)).exitCode).toBe(0);
});

verifies("cli.sessions", "a token it makes is good for its owner's sessions only", async () => {
  const { stdout, exitCode } = await ccd("token", "--sub", "carol", "--ttl", "5m");
  expect(exitCode).toBe(0);
  const carol = createClient({ url: gateway.url, token: stdout.trim() });
  const { id } = await carol.sessions.create.mutate({});
  expect((await ccd("ls", "--json")).stdout).toBe("");
  const asCarol = { CC_DOCKER_URL: gateway.url, CC_DOCKER_TOKEN: stdout.trim() };
  expect((await runCcd(["ls", "--json"], asCarol)).stdout).toContain(id);
  expect((await runCcd(["rm", id], asCarol)).exitCode).toBe(0);
});

const NOWHERE = { CC_DOCKER_URL: "http://127.0.0.1:9", CC_DOCKER_TOKEN: "x" };
const ENDINGS: { name: string; args: string[]; exitCode: number; says: RegExp; where?: () => Settings }[] = [
  { name: "an unknown session", args: ["logs", randomUUID()], exitCode: 3, says: /SESSION_NOT_FOUND/ },
  { name: "an unknown session to stop", args: ["stop", randomUUID()], exitCode: 3, says: /SESSION_NOT_FOUND/ },
  { name: "an unknown session to remove", args: ["rm", randomUUID()], exitCode: 3, says: /SESSION_NOT_FOUND/ },
  {
    name: "a model that refuses the key",
    args: ["run", "--scratch", "fail: 401 always"],
    exitCode: 4,
    says: /MODEL_AUTH_FAILED/,
  },
  { name: "a busy model", args: ["run", "--scratch", "fail: 529 always"], exitCode: 5, says: /MODEL_OVERLOADED/ },
  { name: "an unknown command", args: ["frobnicate"], exitCode: 2, says: /frobnicate/ },
  { name: "an unknown option", args: ["run", "--scratch", "--frobnicate", "x"], exitCode: 2, says: /--frobnicate/ },
  { name: "an empty prompt", args: ["run", "--scratch", " "], exitCode: 2, says: /PROMPT_EMPTY/ },
  { name: "no gateway at the address", args: ["ls"], exitCode: 5, says: /SERVER_UNREACHABLE/, where: () => NOWHERE },
  {
    name: "no gateway here",
    args: ["ls"],
    exitCode: 5,
    says: /SERVER_UNREACHABLE/,
    where: () => ({ DATA_DIR: "/nonexistent" }),
  },
  {
    name: "a bad token",
    args: ["ls"],
    exitCode: 4,
    says: /TOKEN_INVALID/,
    where: () => ({ CC_DOCKER_URL: gateway.url, CC_DOCKER_TOKEN: "x.y.z" }),
  },
];

for (const { name, args, exitCode, says, where } of ENDINGS) {
  verifies("cli.exit-codes", `${name} is exit code ${exitCode}, with the reason on stderr alone`, async () => {
    const result = await runCcd(args, where?.() ?? env);
    expect(result.stderr).toMatch(says);
    expect(result).toMatchObject({ exitCode, stdout: "" });
    expect(await install.leftovers()).toEqual([]);
  });
}

verifies("cli.exit-codes", "a terminated gateway ends with 0, and ccd says that none runs", async () => {
  await using own = await openInstall();
  const process = await startGatewayProcess(own.env);
  expect(await process.end("SIGTERM")).toBe(0);
  const { exitCode, stderr } = await runCcd(["ls"], { DATA_DIR: own.dataDir });
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(/SERVER_UNREACHABLE/);
});

verifies("cli.answers", "approve --always guesses no rule where none is suggested", async () => {
  const token = await install.token("erin");
  const own = { CC_DOCKER_URL: gateway.url, CC_DOCKER_TOKEN: token };
  const client = createClient({ url: gateway.url, token });
  const hidden = JSON.stringify({ command: "touch a\u200bb" });
  const run = startCcd(["run", "--scratch", "--mode", "ask", `tool: Bash ${hidden}\nsay: told`], own);
  const asked = await waitUntil(async () => (await client.approvals.list.query({ state: "open" })).approvals[0], {
    what: "the question",
    deadlineMs: 30_000,
  });
  const { exitCode, stderr } = await runCcd(["approve", "--always", asked.id], own);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--rule 'Bash(…)', or allow all of Bash with --rule Bash");
  expect(await client.approvals.get.query({ approvalId: asked.id })).toMatchObject({ state: "open" });
  expect((await runCcd(["approve", asked.id], own)).stdout).toBe(`${asked.id} allowed\n`);
  expect((await run.ended).exitCode).toBe(0);
});

verifies("cli.answers", "run --mode ask shows what the agent asks and the command that answers it", async () => {
  const token = await install.token("dave");
  const own = { CC_DOCKER_URL: gateway.url, CC_DOCKER_TOKEN: token };
  const client = createClient({ url: gateway.url, token });
  const run = startCcd(
    ["run", "--scratch", "--mode", "ask", "bash: touch note.txt\nbash: touch other.txt\nsay: both told"],
    own,
  );
  const asked = async (earlier?: string) => {
    const { approvals } = await client.approvals.list.query({ state: "open" });
    return approvals.find(({ id }) => id !== earlier)?.id;
  };
  const first = await waitUntil(() => asked(), { what: "the first question", deadlineMs: 30_000 });
  expect((await runCcd(["deny", first, "not that one"], own)).stdout).toBe(`${first} denied\n`);
  const second = await waitUntil(() => asked(first), { what: "the second question", deadlineMs: 30_000 });
  expect((await runCcd(["approve", second, "--input", "{"], own)).exitCode).toBe(2);
  for (const wrong of [
    ["--rule", "Write"],
    ["--rule", "Bash", "--always"],
  ])
    expect((await runCcd(["approve", second, ...wrong], own)).exitCode).toBe(2);
  const changed = await runCcd(["approve", second, "--rule", "Bash", "--input", '{"command":"true"}'], own);
  expect(changed.stdout).toBe(`${second} allowed, always Bash\n`);
  const { stdout, stderr, exitCode } = await run.ended;
  expect({ stdout, exitCode }).toEqual({ stdout: "both told\n", exitCode: 0 });
  expect(stderr).toContain(`ccd approve ${first}`);
  expect((await runCcd(["approve", first], own)).exitCode).toBe(3);
});

verifies("cli.directories", "the checkout's launcher is ccd from anywhere, by links from elsewhere to it", async () => {
  const place = await mkdtemp(join(tmpdir(), "ccd-launcher-"));
  try {
    await symlink(join(import.meta.dirname, "../../ccd"), join(place, "first"));
    await symlink("first", join(place, "ccd")); // as PATH finds it
    await mkdir(join(place, "project"));
    const cwd = join(place, "project");
    const said = await runProgram(["ccd", "ls", "-C", ".", "--json"], {
      cwd,
      env: { ...env, PATH: `${place}:${process.env["PATH"]}` },
    });
    expect(said).toBe("");
    const help = await runProgram([join(place, "ccd"), "--help"], { cwd });
    expect(help).toContain("ccd --plain");
  } finally {
    await rm(place, { recursive: true });
  }
});
