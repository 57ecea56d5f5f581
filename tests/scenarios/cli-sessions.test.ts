/** `ccd` on sessions that stay: prompts, interrupts, forks, what is asked, and what is told of each. */
import { afterAll, beforeAll, expect } from "vitest";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { openCcd } from "../harness/pseudo-terminal.ts";
import { runCcd, startCcd } from "../harness/run-ccd.ts";
import { startGatewayProcess } from "../harness/start-gateway-process.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const cleanup = new AsyncDisposableStack();
let install: Install;
let env: Settings;

beforeAll(async () => {
  install = cleanup.use(await openInstall());
  cleanup.use(await startGatewayProcess(install.env));
  env = { DATA_DIR: install.dataDir };
});
afterAll(() => cleanup.disposeAsync());

const ccd = (...args: string[]) => runCcd(args, env);
const json = async (...args: string[]) => JSON.parse((await ccd(...args, "--json")).stdout) as Record<string, unknown>;

/** A session with one turn, removed at the end of the test. */
async function openSession(prompt: string, ...options: string[]) {
  const { stdout } = await ccd("run", "--scratch", "--detach", ...options, prompt);
  const id = stdout.trim();
  return { id, [Symbol.asyncDispose]: async () => void (await ccd("rm", id)) };
}

verifies("cli.prompts", "send prompts a session that stays, and with --wait prints the answer alone", async () => {
  await using session = await openSession("bash: echo first > note.txt\nsay: written");
  const asked = await runCcd(["send", "--wait", session.id.slice(0, 8), "-"], env, {
    stdin: "bash: cat note.txt\nsay: read",
  });
  expect(asked).toMatchObject({ exitCode: 0, stdout: "read\n" });
  expect(asked.stderr).toContain("Bash cat note.txt");
  const turn = await json("send", session.id, "say: later");
  expect(turn).toMatchObject({ sessionId: session.id });
  expect((await ccd("send", "--wait", session.id, "fail: 401 always")).stderr).toMatch(/^MODEL_AUTH_FAILED/m);
  const events = await runCcd(["send", "--wait", "--json", session.id], env, { stdin: "say: as JSON" });
  const lines = events.stdout.trimEnd().split("\n");
  const told = lines.map((line) => JSON.parse(line) as { type: string; turnId?: string });
  expect(told.at(-1)).toMatchObject({ type: "turn.completed", turnId: told[0]?.turnId });
  expect(new Set(told.flatMap(({ turnId }) => turnId ?? [])).size).toBe(1);
});

verifies("cli.prompts", "interrupt ends the running turn, and --timeout does so by itself", async () => {
  await using session = await openSession("stall: 60s");
  await waitUntil(() => install.model.journal.prompts().includes("stall: 60s"), { what: "the model to be asked" });
  const following = startCcd(["logs", "-f", session.id], env);
  expect(await ccd("interrupt", session.id)).toMatchObject({ exitCode: 0 });
  await waitUntil(() => following.stdout().includes("turn.interrupted"), { what: "the end of the turn in the log" });
  following.interrupt();
  await following.ended;
  expect(await ccd("interrupt", session.id)).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(/^NO_TURN_RUNNING.*\n`ccd show SESSION`/),
  });
  const late = await ccd("send", "--wait", "--timeout", "1s", session.id, "stall: 50s");
  expect(late).toMatchObject({ exitCode: 5, stderr: expect.stringContaining("REQUEST_TIMEOUT") });
});

verifies("cli.sessions", "show tells all of a session, for people and as JSON", async () => {
  await using session = await openSession(
    "bash: touch x\nsay: done",
    "--mode",
    "ask",
    "--tools",
    "Bash,Read",
    "--model",
    "opus",
  );
  const asked = await waitUntil(async () => ((await json("show", session.id))["approvals"] as { id: string }[])[0], {
    what: "the question",
    deadlineMs: 30_000,
  });
  const { stdout } = await ccd("show", session.id.slice(0, 6));
  for (const told of [session.id, "running", "opus", "ask", "Bash, Read", "memory", `ccd approve ${asked.id}`])
    expect(stdout).toContain(told);
  expect(await json("show", session.id)).toMatchObject({
    session: { id: session.id, config: { model: "opus", permissionMode: "ask", allowedTools: ["Bash", "Read"] } },
    stats: { container: { memoryBytes: expect.any(Number) } },
  });
  const answer = { decision: "allow", rule: "Bash(touch x *)" };
  expect(await json("approve", "--always", asked.id.slice(0, 6))).toMatchObject({ id: asked.id, answer });
  expect((await ccd("show", session.id)).stdout).toMatch(/^always +Bash\(touch x \*\)$/m);
  expect(await ccd("revoke", "--rule", "Bash", session.id)).toMatchObject({ exitCode: 2, stdout: "" });
  const { stdout: revoked } = await ccd("revoke", session.id);
  expect(revoked).toBe(`${session.id} asks again about Bash(touch x *)\n`);
  expect(await json("show", session.id)).not.toHaveProperty("session.allowedRules");
});

verifies("cli.sessions", "show --timeline tells where the time of each turn went", async () => {
  await using session = await openSession("bash: sleep 1\nsay: slept");
  await ccd("send", "--wait", session.id, "say: hello");
  const { stdout } = await ccd("show", "--timeline", session.id);
  expect(stdout).toMatch(/completed[^]*AT +TOOK +WHAT[^]*model[^]*Bash[^]*completed[^]*> say: hello/);
  const lines = (await ccd("show", "--timeline", "--json", session.id)).stdout.trimEnd().split("\n");
  const turns = lines.map((line) => JSON.parse(line) as { spans: { name: string; startMs: number; endMs: number }[] });
  expect(turns).toHaveLength(2);
  const slept = turns[0]?.spans.find(({ name }) => name === "Bash");
  expect((slept?.endMs ?? 0) - (slept?.startMs ?? 0)).toBeGreaterThan(900);
});

verifies("cli.sessions", "pause, resume, stop and rm tell a program what has become of the session", async () => {
  await using session = await openSession("say: hello");
  await waitUntil(async () => (await ccd("ls", "--status", "idle")).stdout.includes(session.id), {
    what: "an idle session",
  });
  for (const [command, status] of [
    ["pause", "paused"],
    ["resume", "idle"],
    ["stop", "stopped"],
  ] as const)
    expect(await json(command, session.id)).toMatchObject({ id: session.id, status });
  expect(await json("rm", session.id)).toEqual({ id: session.id, removed: true });
});

verifies("cli.sessions", "fork makes a session that remembers, up to the turn that is named", async () => {
  await using session = await openSession("say: the first");
  await ccd("send", "--wait", session.id, "say: the second");
  const log = (await ccd("logs", "--json", session.id)).stdout.trimEnd().split("\n");
  const [first] = log.map((line) => JSON.parse(line) as { turnId?: string }).flatMap(({ turnId }) => turnId ?? []);
  const { stdout: forked, exitCode } = await ccd("fork", session.id, "--at", first ?? "");
  expect(exitCode).toBe(0);
  const fork = forked.trim();
  expect(await json("show", fork)).toMatchObject({ session: { forkedFrom: { sessionId: session.id, turnId: first } } });
  expect((await ccd("show", fork)).stdout).toContain(`${session.id}, up to turn ${first}`);
  expect((await ccd("rm", fork)).exitCode).toBe(0);
  expect((await ccd("fork", session.id, "--at", "x")).exitCode).toBe(2);
});

verifies(
  "cli.answers",
  "approve and deny take the one open question of a session, and say so when there is none",
  async () => {
    await using one = await openSession("bash: touch one\nsay: one", "--mode", "ask");
    await waitUntil(async () => (await ccd("show", one.id)).stdout.includes("ccd approve"), {
      what: "a question",
      deadlineMs: 30_000,
    });
    expect(await json("deny", "--session", one.id, "not now")).toMatchObject({
      state: "denied",
      sessionId: one.id,
      answer: { message: "not now" },
    });
    const none = await ccd("approve", "--session", one.id);
    expect(none).toMatchObject({ exitCode: 3, stderr: expect.stringMatching(/^APPROVAL_NOT_FOUND.*\n`ccd ls`/) });
  },
);

verifies("cli.sessions", "ls on a terminal fits it, and tells what each session is about", async () => {
  await using named = await openSession("say: one", "--name", "the parser");
  await using other = await openSession(`say: ${"what it is about ".repeat(10)}`);
  await using terminal = openCcd({ args: ["ls"], env, columns: 80 });
  expect(await terminal.exited).toBe(0);
  const lines = terminal
    .screen()
    .split("\n")
    .filter((line) => line !== "");
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(new RegExp(`^${other.id.slice(0, 8)} .* say: what it is ab.*…$`));
  expect(lines[2]).toMatch(new RegExp(`^${named.id.slice(0, 8)} .* the parser$`));
});

verifies("cli.answers", "logs tell how to answer what is open, and of what was answered only the answer", async () => {
  await using session = await openSession("bash: touch one\nbash: touch two\nsay: both", "--mode", "ask");
  const isAsked = () =>
    waitUntil(async () => (await ccd("logs", session.id)).stdout.includes("ccd approve"), { what: "a question" });
  await isAsked();
  expect((await ccd("approve", "--session", session.id)).exitCode).toBe(0);
  await waitUntil(async () => (await ccd("logs", session.id)).stdout.includes("touch two"), { what: "the second" });
  await isAsked();
  const { stdout } = await ccd("logs", session.id);
  expect(stdout.match(/ccd approve/g)).toHaveLength(1);
  expect(stdout).toMatch(/touch one[^]*allowed by[^]*ccd approve/);
});
