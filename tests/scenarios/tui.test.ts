import { type Client, createClient } from "@cc-docker/client";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { findFreePort } from "../harness/find-free-port.ts";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { KEYS, openCcd, type Terminal } from "../harness/pseudo-terminal.ts";
import { type GatewayProcess, startGatewayProcess } from "../harness/start-gateway-process.ts";
import { answer, send, toReading } from "../harness/ui-keys.ts";
import { verifies } from "../verifies.ts";

const cleanup = new AsyncDisposableStack();
let install: Install;
let gateway: GatewayProcess;
let env: Settings;
let client: Client;
const terminals: Terminal[] = [];

beforeAll(async () => {
  install = cleanup.use(await openInstall({ PORT: String(await findFreePort()) }));
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

function open(args: readonly string[] = [], options: Partial<Parameters<typeof openCcd>[0]> = {}): Terminal {
  const terminal = openCcd({ args, env, ...options });
  terminals.push(terminal);
  return terminal;
}

verifies(
  "ui.list",
  "the list is shown, a session is made in it, and the terminal is as before afterwards",
  async () => {
    const terminal = open();
    await terminal.waitFor("No sessions. n makes one.");
    expect(terminal.isAlternate()).toBe(true);
    await terminal.press("e");
    await terminal.waitFor("idle");
    await terminal.type("say: hello from the agent");
    await terminal.press(KEYS.enter);
    await terminal.waitFor(/^ *hello from the agent$/m);
    await toReading(terminal);
    await terminal.press("q");
    await terminal.waitFor("Sessions");
    await terminal.waitFor("hello from the agent");
    await terminal.press("?");
    await terminal.waitFor("Keys");
    await terminal.press("q", "q");
    expect(await terminal.exited).toBe(0);
    expect(terminal.isAlternate()).toBe(false);
  },
);

verifies("ui.list", "sessions are found by their words, named, and removed once that is confirmed", async () => {
  await client.sessions.create.mutate({ config: {}, name: "the first" });
  const { id } = await client.sessions.create.mutate({ config: {}, name: "the second" });
  const terminal = open();
  await terminal.waitFor("the first");
  await terminal.press("/");
  await terminal.type("second");
  await terminal.press(KEYS.enter);
  await terminal.waitFor("1 of 2");
  await terminal.waitForNot("the first");
  await terminal.press("r");
  await terminal.type(" of all");
  await terminal.press(KEYS.enter);
  await terminal.waitForNot("Name:");
  await terminal.waitFor("the second of all");
  await terminal.press("D");
  await terminal.waitFor("Type yes");
  await terminal.type("yes");
  await terminal.press(KEYS.enter);
  await terminal.waitFor("0 of 1");
  await expect(client.sessions.get.query({ sessionId: id })).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
});

/** A session that is open in the UI, ready for a prompt. */
async function openSession(options: { asks?: boolean } & Partial<Parameters<typeof openCcd>[0]> = {}) {
  const { asks = false, ...others } = options;
  const config = asks ? ({ permissionMode: "ask" } as const) : {};
  const { id } = await client.sessions.create.mutate({ config });
  const terminal = open(["attach", id], others);
  await terminal.waitFor(/^idle /m);
  return { id, terminal };
}

verifies("ui.session", "an answer is shown as it streams, and a turn is interrupted", async () => {
  const { id, terminal } = await openSession();
  await send(terminal, "stream: 100000 words every 5ms");
  await terminal.waitFor(/^running /m);
  const before = terminal.screen();
  await expect.poll(() => terminal.screen()).not.toBe(before);
  await terminal.press(KEYS.ctrlC);
  await terminal.waitFor(/^idle /m);
  await terminal.waitFor("interrupted");
  expect((await client.sessions.get.query({ sessionId: id })).status).toBe("idle");
});

verifies("ui.session", "a prompt that is sent while a turn runs is shown as waiting, and then answered", async () => {
  const { terminal } = await openSession();
  await send(terminal, "wait: 2s\nsay: the first answer");
  await terminal.waitFor(/^running /m);
  await send(terminal, "say: the second answer");
  await terminal.waitFor("queued say: the second answer");
  await terminal.waitFor(/^ *the second answer$/m);
  await terminal.waitForNot("queued");
});

verifies("ui.history", "tools' output is unfolded, words are found wherever they are, and time is drawn", async () => {
  const { terminal } = await openSession();
  await send(terminal, "say: first\nbash: echo 'quoted' && seq 1 200\nstream: 2000 words\nsay: the very last");
  await terminal.waitFor(/^ *the very last$/m);
  await toReading(terminal);
  await terminal.press("/");
  await terminal.type("word77 ");
  await terminal.press(KEYS.enter);
  await terminal.waitFor("word77 ");
  expect(terminal.screen()).not.toMatch(/^ *the very last$/m);
  await terminal.press("[", "o");
  await terminal.waitFor(/ 1\n.* 2\n.* 3$/m);
  // oxlint-disable-next-line no-control-regex -- a string of the command, in its colour
  await expect.poll(() => terminal.written()).toMatch(/\u001b\[38;5;\d+m'quoted'/);
  await terminal.press("G", "l");
  await terminal.waitFor("cost a turn");
  await terminal.waitFor(/^Bash /m);
});

verifies("ui.approvals", "what an agent asks is allowed, denied with a reason, and allowed from then on", async () => {
  const { id, terminal } = await openSession({ asks: true });
  await send(terminal, "bash: touch one\nsay: did one");
  await answer(terminal, "alt+y allow", "\x1by");
  await terminal.waitFor(/^ *did one$/m);
  await send(terminal, "bash: touch two\nsay: did not do two");
  await terminal.waitFor("alt+y allow");
  await toReading(terminal);
  await answer(terminal, "y allow", "d");
  await terminal.waitFor("Deny");
  await terminal.type("not today");
  await terminal.press(KEYS.enter);
  await terminal.waitFor(/^ *did not do two$/m);
  await terminal.waitFor("not today");
  await terminal.press("i");
  await send(terminal, "bash: touch three\nbash: touch four\nsay: did four");
  await answer(terminal, "alt+y allow", "\x1ba");
  await terminal.waitFor("Bash(touch three *)"); // as Claude Code suggests it, and wider
  await terminal.press("\x15");
  await terminal.type("Bash(touch *)");
  await terminal.press(KEYS.enter);
  await terminal.waitFor("Bash(touch *) is not asked about in this session any more");
  await terminal.waitFor(/^ *did four$/m);
  const { approvals } = await client.approvals.list.query({ sessionId: id });
  expect(approvals.map(({ state }) => state)).toEqual(["allowed", "denied", "allowed"]);
  expect(await client.sessions.get.query({ sessionId: id })).toMatchObject({ allowedRules: ["Bash(touch *)"] });
});

verifies("ui.approvals", "a question is answered by its number, and typed or pasted text answers nothing", async () => {
  const { id, terminal } = await openSession({ asks: true });
  const question = {
    question: "Which colour?",
    header: "Colour",
    multiSelect: false,
    options: [
      { label: "Red", description: "like fire" },
      { label: "Blue", description: "like the sea" },
    ],
  };
  await send(terminal, `tool: AskUserQuestion ${JSON.stringify({ questions: [question] })}\nsay: thanks`);
  await terminal.waitFor("esc then 1 … 9 choose");
  await terminal.type("y12A");
  terminal.paste("y\n2\n");
  await terminal.waitFor(/^› y12Ay$/m);
  const { approvals } = await client.approvals.list.query({ sessionId: id, state: "open" });
  expect(approvals).toHaveLength(1);
  await toReading(terminal);
  await answer(terminal, "2 Blue", "2");
  await terminal.waitFor(/^ *thanks$/m);
  const answered = await client.approvals.get.query({ approvalId: approvals[0]?.id ?? "" });
  expect(answered).toMatchObject({
    state: "allowed",
    answer: { updatedInput: { answers: { "Which colour?": "Blue" } } },
  });
});

verifies("ui.switch", "two sessions stream at once, tab leads from one to the other, and news are marked", async () => {
  const { terminal } = await openSession();
  await send(terminal, "stream: 100000 words every 20ms");
  await terminal.waitFor(/^running /m);
  const other = await client.sessions.create.mutate({ config: {} });
  await toReading(terminal);
  await terminal.press("q");
  await terminal.waitFor(other.id.slice(0, 8));
  await terminal.press("g", KEYS.enter);
  await terminal.waitFor(/^idle /m);
  await send(terminal, "wait: 1s\nsay: from the other");
  await terminal.press(KEYS.tab);
  await terminal.waitFor(/^running /m);
  const before = terminal.screen();
  await expect.poll(() => terminal.screen()).not.toBe(before);
  await terminal.waitFor(/ 2 .*●/);
  await terminal.press("\x1b2");
  await terminal.waitFor(/^ *from the other$/m);
  expect(terminal.screen()).not.toMatch(/ 2 .*●/);
});

verifies(
  "ui.restart",
  "after the gateway was killed the UI goes on with nothing missing and nothing twice",
  async () => {
    await using other = await openInstall({ PORT: String(await findFreePort()) });
    const first = await startGatewayProcess(other.env);
    const mine = createClient({ url: first.url, token: await other.token("root") });
    const { id } = await mine.sessions.create.mutate({ config: {} });
    const terminal = open(["attach", id], { env: { ...env, DATA_DIR: other.dataDir } });
    await terminal.waitFor(/^idle /m);
    await send(terminal, "say: before\nwait: 3s\nsay: after");
    await terminal.waitFor(/^running /m);
    await first.end("SIGKILL");
    await terminal.waitFor("reconnecting");
    await startGatewayProcess(other.env);
    await terminal.waitForNot("reconnecting");
    await terminal.waitFor("completed");
    const texts = terminal.screen().match(/^ *(before|after)$/gm);
    expect(texts?.map((line) => line.trim())).toEqual(["before", "after"]);
    await send(terminal, "say: and on");
    await terminal.waitFor(/^ *and on$/m);
    await mine.sessions.delete.mutate({ sessionId: id });
  },
);

/** Something of each style: text, code, a thought, an edit that is asked about. */
const COLOURFUL = [
  "think: about it",
  `text: ${JSON.stringify('# Title\n\n**bold** and `code`\n\n> quoted\n\n```ts\nconst a = "text"; // why\n```')}`,
  "write: /workspace/a.ts :: const a = 1;",
  "say: all seen",
].join("\n");

/** What each screen of the UI is written with. @returns all colours, as numbers of Select Graphic Rendition */
async function coloursWith(settings: Settings): Promise<Set<string>> {
  const { terminal } = await openSession({ asks: true, env: { ...env, ...settings } });
  await send(terminal, COLOURFUL);
  await answer(terminal, "alt+y allow", "\x1by");
  await terminal.waitFor(/^ *all seen$/m);
  await toReading(terminal);
  await terminal.press("O");
  await terminal.waitFor("File created");
  await terminal.press("l");
  await terminal.waitFor("cost a turn");
  await terminal.press("/");
  await terminal.waitFor("Search:");
  await terminal.type("seen");
  await terminal.waitFor("“seen” is here");
  await terminal.press(KEYS.enter);
  await terminal.waitForNot("Search:");
  await terminal.press("?");
  await terminal.waitFor("Keys");
  await terminal.press(KEYS.esc);
  await terminal.waitForNot("Keys");
  await terminal.press("q");
  await terminal.waitFor("Sessions");
  const written = terminal.written();
  // oxlint-disable-next-line no-control-regex -- they are what this is about
  const looks = [...written.matchAll(/\u001b\[([\d;:]*)m/g)].map(([, numbers = ""]) => numbers);
  expect(looks).toContain("7"); // what is selected stands out, with colours or without
  const colours = looks.flatMap(
    (numbers) => numbers.match(/\b[34]8[;:](?:5[;:]\d+|2[;:\d]+)|\b(?:[349]|10)[0-7]\b/g) ?? [],
  );
  return new Set(colours);
}

verifies("ui.colours", "a terminal of sixteen colours is written to in those alone", async () => {
  const colours = [...(await coloursWith({ TERM: "xterm" }))];
  expect(colours.length).toBeGreaterThan(4);
  expect(colours.filter((colour) => !/^(?:[349]|10)[0-7]$/.test(colour))).toEqual([]);
});

verifies("ui.colours", "with NO_COLOR there is none", async () => {
  expect(await coloursWith({ NO_COLOR: "1", COLORTERM: "truecolor" })).toEqual(new Set());
});

verifies("ui.colours", "light and dark backgrounds have their own, and none is common to both", async () => {
  const dark = await coloursWith({ COLORFGBG: "15;0" });
  const light = await coloursWith({ COLORFGBG: "0;15" });
  expect(Math.min(dark.size, light.size)).toBeGreaterThan(4);
  expect([...dark].filter((colour) => light.has(colour))).toEqual([]);
});

verifies(
  "ui.plain",
  "in plain mode changes of sessions are lines, a number opens one as a chat, and leads back",
  async () => {
    await client.sessions.create.mutate({ config: {}, name: "the first" });
    const terminal = open(["--plain"]);
    await terminal.waitFor(/^1\. the first, (starting|idle), [0-9a-f]{8}$/m);
    const { id } = await client.sessions.create.mutate({ config: { permissionMode: "ask" }, name: "the second" });
    await terminal.waitFor(/^new: 2\. the second, /m);
    await client.chat.send.mutate({ sessionId: id, prompt: "bash: echo > asked\nsay: in lines" });
    await terminal.waitFor(/^2\. the second: asks; type 2 to answer$/m);
    await terminal.type("2\r");
    await terminal.waitFor("/help shows what you can type");
    await terminal.waitFor("[e]dit");
    await terminal.type('e {"command":"echo > edited; ls"}\r');
    await terminal.waitFor(/^in lines$/m);
    await terminal.waitFor("done in");
    await terminal.type("/exit\r");
    await terminal.waitFor(/^2\. the second, idle, [0-9a-f]{8}$/m);
    await terminal.type("nothing\r");
    await terminal.waitFor("no session is meant by nothing");
    await terminal.type("q\r");
    expect(await terminal.exited).toBe(0);
    const { approvals } = await client.approvals.list.query({ sessionId: id });
    expect(approvals).toMatchObject([{ answer: { updatedInput: { command: "echo > edited; ls" } } }]);
    expect(terminal.isAlternate()).toBe(false);
    // oxlint-disable-next-line no-control-regex -- what a screen reader would stumble over
    expect(terminal.written()).not.toMatch(/\u001b\[[\d;:]*m/);
  },
);

verifies("ui.resize", "everything fits 80 columns by 24 rows, and any size after that", async () => {
  const { terminal } = await openSession({ columns: 80, rows: 24 });
  await send(terminal, "stream: 300 words");
  await terminal.waitFor("completed");
  for (const [columns, rows] of [
    [200, 50],
    [40, 12],
    [80, 24],
  ] as const) {
    terminal.resize(columns, rows);
    await terminal.waitFor(/^idle /m);
    await expect.poll(() => terminal.screen().split("\n").at(-1)).toMatch(/^idle/);
    expect(terminal.screen().split("\n").at(-2)).toMatch(/^›/);
  }
});

verifies("ui.safety", "an agent's escape sequences are not obeyed", async () => {
  const { terminal } = await openSession();
  const evil = "\\u001b]0;owned\\u0007\\u001b]52;c;b3duZWQ=\\u0007\\u001b[2J\\u001b[1;1Hmoved \\u202eturned";
  await send(terminal, `bash: printf '${evil}'\nsay: survived`);
  await terminal.waitFor(/^ *survived$/m);
  await toReading(terminal);
  await terminal.press("O");
  await terminal.waitFor("moved");
  // oxlint-disable-next-line no-control-regex -- what must not be there
  expect(terminal.written()).not.toMatch(/owned\u0007|\u001b\]|\u202e|b3duZWQ=\u0007/);
});

verifies(
  "ui.editor",
  "a paste is not sent by itself, earlier prompts come back, and $EDITOR writes the prompt",
  async () => {
    const editor = `sh -c 'printf "say: from the editor" > "$0"'`;
    const { id, terminal } = await openSession({ env: { ...env, EDITOR: editor } });
    terminal.paste("say: one\nsay: two\n");
    await terminal.waitFor(/^› say: one\n {2}say: two$/m);
    expect((await client.sessions.get.query({ sessionId: id })).status).toBe("idle");
    await terminal.press(KEYS.ctrlC);
    await send(terminal, "say: remembered");
    await terminal.waitFor(/^ *remembered$/m);
    await terminal.press(KEYS.up);
    await terminal.waitFor(/^› say: remembered$/m);
    await terminal.press(KEYS.ctrlC, KEYS.ctrlG);
    await terminal.waitFor(/^› say: from the editor$/m);
    await terminal.press(KEYS.enter);
    await terminal.waitFor(/^ *from the editor$/m);
  },
);

verifies("ui.list", "leaving gives back the screen, the cursor and pastes", async () => {
  const { terminal } = await openSession();
  await toReading(terminal);
  await terminal.press("q");
  await terminal.waitFor("Sessions");
  await terminal.press("q");
  expect(await terminal.exited).toBe(0);
  expect(terminal.isAlternate()).toBe(false);
  for (const [on, off] of [
    ["?1049h", "?1049l"],
    ["?25l", "?25h"],
    ["?2004h", "?2004l"],
  ] as const)
    expect(terminal.written().lastIndexOf(`\x1b[${off}`)).toBeGreaterThan(terminal.written().lastIndexOf(`\x1b[${on}`));
});
