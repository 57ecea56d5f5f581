/** The UI as what people steer with: answers that change what is done, moves of sessions, the list's order, a lost network. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@cc-docker/client";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { startFaultProxy } from "../harness/fault-proxy.ts";
import { findFreePort } from "../harness/find-free-port.ts";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { KEYS, openCcd, type Terminal } from "../harness/pseudo-terminal.ts";
import { runCcd } from "../harness/run-ccd.ts";
import { type GatewayProcess, startGatewayProcess } from "../harness/start-gateway-process.ts";
import { answer, send, toReading } from "../harness/ui-keys.ts";
import { verifies } from "../verifies.ts";

const cleanup = new AsyncDisposableStack();
let install: Install;
let gateway: GatewayProcess;
let env: Settings;
let client: Client;
let root: string;
const terminals: Terminal[] = [];

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "ccd-root-")));
  cleanup.defer(() => rm(root, { recursive: true }));
  install = cleanup.use(await openInstall({ PORT: String(await findFreePort()), WORKSPACE_HOST_ROOTS: root }));
  gateway = cleanup.use(await startGatewayProcess(install.env));
  env = { DATA_DIR: install.dataDir, XDG_STATE_HOME: install.dataDir, XDG_CACHE_HOME: install.dataDir };
  client = createClient({ url: gateway.url, token: await install.token("root") });
});
afterEach(async () => {
  for (const terminal of terminals.splice(0)) await terminal[Symbol.asyncDispose]();
  for (const { id } of (await client.sessions.list.query({})).sessions)
    await client.sessions.delete.mutate({ sessionId: id });
});
afterAll(() => cleanup.disposeAsync());

function open(options: Partial<Parameters<typeof openCcd>[0]> = {}): Terminal {
  const terminal = openCcd({ env, ...options });
  terminals.push(terminal);
  return terminal;
}

/** A session whose agent asks, open in the UI, ready for a prompt. */
async function openAsking(settings: Settings = {}) {
  const { id } = await client.sessions.create.mutate({ config: { permissionMode: "ask" } });
  const terminal = open({ args: ["attach", id], env: { ...env, ...settings } });
  await terminal.waitFor(/^idle /m);
  return { id, terminal };
}

verifies("ui.approvals", "what is to be done is edited in $EDITOR, and done as it was left", async () => {
  const editor = `sed -i -e s/forbidden/permitted/`;
  const { id, terminal } = await openAsking({ EDITOR: editor });
  await send(terminal, "bash: echo > forbidden-one\nsay: did one");
  await answer(terminal, "alt+e edit", "\x1be");
  await terminal.waitFor(/^ *did one$/m);
  await send(terminal, "bash: echo > forbidden-two; ls\nsay: did two");
  await terminal.waitFor("alt+e edit");
  await toReading(terminal);
  await answer(terminal, "e edit", "e");
  await terminal.waitFor(/^ *did two$/m);
  await terminal.waitFor(/^ +permitted-one$/m);
  await terminal.waitFor(/^ +permitted-two$/m);
  expect(terminal.screen()).not.toMatch(/^ +forbidden-/m);
  const { approvals } = await client.approvals.list.query({ sessionId: id });
  const commands = approvals.map(({ state, answer }) => [state, answer?.updatedInput?.["command"]]);
  expect(new Set(commands.map(String))).toEqual(
    new Set(["allowed,echo > permitted-one", "allowed,echo > permitted-two; ls"]),
  );
});

verifies("ui.approvals", "of a question's choices several are taken, and each question has its answer", async () => {
  const { id, terminal } = await openAsking();
  const toOption = (label: string) => ({ label, description: `the ${label}` });
  const colours = { question: "Which colours?", header: "Colours", multiSelect: true };
  const size = { question: "Which size?", header: "Size", multiSelect: false };
  const questions = [
    { ...colours, options: ["Red", "Green", "Blue"].map(toOption) },
    { ...size, options: ["Small", "Large"].map(toOption) },
  ];
  await send(terminal, `tool: AskUserQuestion ${JSON.stringify({ questions })}\nsay: thanks`);
  await terminal.waitFor("esc then 1 … 9 choose");
  await toReading(terminal);
  await answer(terminal, "1 Red", "1");
  await terminal.waitFor("numbers, with commas between");
  await terminal.type("3");
  await terminal.press(KEYS.enter);
  const [asked] = (await client.approvals.list.query({ sessionId: id, state: "open" })).approvals;
  await answer(terminal, "2 Large", "2");
  await terminal.waitFor(/^ *thanks$/m);
  expect(await client.approvals.get.query({ approvalId: asked?.id ?? "" })).toMatchObject({
    answer: { updatedInput: { answers: { "Which colours?": "Red, Blue", "Which size?": "Large" } } },
  });
});

verifies(
  "ui.moves",
  "a session that works stands still and goes on; one that was stopped wakes with a prompt",
  async () => {
    const { id } = await client.sessions.create.mutate({ config: {}, name: "moved" });
    await client.chat.send.mutate({ sessionId: id, prompt: "wait: 3s\nsay: after the pause" });
    const terminal = open();
    await terminal.waitFor(/running +moved/);
    await terminal.press("p");
    await terminal.waitFor(/paused +moved/);
    expect(await client.sessions.get.query({ sessionId: id })).toMatchObject({ status: "paused" });
    await terminal.press("p");
    await terminal.waitFor(/(running|idle) +moved/);
    await terminal.waitFor(/idle +moved.*after the pause/);
    await terminal.press("S");
    await terminal.waitFor(/stopped +moved/);
    await terminal.press(KEYS.enter);
    await terminal.waitFor(/^stopped /m);
    await send(terminal, "say: awake again");
    await terminal.waitFor(/^ *awake again$/m);
    await terminal.waitFor(/^idle /m);
    expect(terminal.screen()).toMatch(/after the pause[^]*awake again/); // with what it did before
  },
);

verifies("ui.list", "sessions are sorted, grouped by directory, and hidden when they rest", async () => {
  const { id: older } = await client.sessions.create.mutate({
    config: {},
    name: "the older",
    workspace: { type: "host", path: root },
  });
  const { id: newer } = await client.sessions.create.mutate({ config: {}, name: "the newer" });
  await client.chat.ask.mutate({ sessionId: older, prompt: "say: busy" });
  const terminal = open();
  await terminal.waitFor(/the newer[^]*the older/);
  await terminal.press("s");
  await terminal.waitFor("Sorted by activity.");
  await terminal.waitFor(/the older[^]*the newer/);
  await terminal.press("s", "s", "s");
  await terminal.waitFor("Sorted by age.");
  await terminal.waitFor(/the newer[^]*the older/);
  await terminal.press("d");
  await terminal.waitFor(new RegExp(`^without a directory[^]*the newer[^]*^${root}[^]*the older`, "m"));
  await terminal.press("d");
  await terminal.waitForNot("without a directory");
  await client.sessions.stop.mutate({ sessionId: newer });
  await terminal.waitFor(/stopped +the newer/);
  await terminal.press("a");
  await terminal.waitForNot("the newer");
  await terminal.waitFor("the older");
  await terminal.press("a");
  await terminal.waitFor("the newer");
});

verifies("ui.network", "while the network is away the UI says so; then every word is there once", async () => {
  await using proxy = await startFaultProxy({ to: { host: "127.0.0.1", port: Number(new URL(gateway.url).port) } });
  const { id } = await client.sessions.create.mutate({ config: {} });
  const remote = { CC_DOCKER_URL: `http://127.0.0.1:${proxy.port}`, CC_DOCKER_TOKEN: await install.token("root") };
  const terminal = open({ args: ["attach", id], env: { ...env, ...remote }, rows: 60 });
  await terminal.waitFor(/^idle /m);
  await send(terminal, "stream: 300 words every 20ms");
  await terminal.waitFor("word20 ");
  proxy.refuse(true);
  expect(proxy.cutAll()).toBeGreaterThan(0);
  await terminal.waitFor("reconnecting");
  expect(terminal.screen()).not.toContain("word300");
  proxy.refuse(false);
  await terminal.waitForNot("reconnecting");
  await terminal.waitFor("completed");
  const words = terminal.screen().match(/word\d+/g);
  expect(words).toEqual(Array.from({ length: 300 }, (_, index) => `word${index + 1}`));
  await send(terminal, "say: and on");
  await terminal.waitFor(/^ *and on$/m);
});

verifies(
  "cli.directories",
  "n in a second project says which command lets it in, and makes a session after it",
  async () => {
    const second = await realpath(await mkdtemp(join(tmpdir(), "ccd-second-")));
    cleanup.defer(() => rm(second, { recursive: true }));
    const terminal = open({ cwd: second });
    await terminal.waitFor("No sessions. n makes one.");
    await terminal.press("n");
    await terminal.waitFor("WORKSPACE_NOT_ALLOWED");
    await terminal.waitFor("ccd serve --allow");
    expect((await runCcd(["serve", "--allow"], env, { cwd: second })).exitCode).toBe(0);
    await terminal.press("n");
    await terminal.waitFor(/^idle /m);
    const { sessions } = await client.sessions.list.query({});
    expect(sessions).toMatchObject([{ workspace: { type: "host", path: second } }]);
  },
);
