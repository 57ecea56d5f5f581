/** `ccd chat`: from a pipe, and in a terminal. */
import { afterAll, beforeAll, expect } from "vitest";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { KEYS, openCcd } from "../harness/pseudo-terminal.ts";
import { runCcd } from "../harness/run-ccd.ts";
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

const untilPrompted = (prompt: string) =>
  waitUntil(() => install.model.journal.prompts().includes(prompt), { what: "the model to be asked" });
const goOnFrom = (stdin: string, ...options: string[]) => runCcd(["chat", ...options], env, { stdin });
const chatFrom = (stdin: string, ...options: string[]) => goOnFrom(stdin, "--scratch", ...options);

verifies(
  "cli.chat",
  "a chat from a pipe sends a prompt a line, in one session, and keeps it unless told otherwise",
  async () => {
    const { exitCode, stdout, stderr } = await chatFrom(
      "say: one\nsay: two \\\nsay: three\n\n/exit\nsay: never\n",
      "--mode",
      "bypass",
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "one\ntwo\nthree\n" });
    const [id = ""] = /[0-9a-f-]{36}/.exec(stderr) ?? [];
    const again = await goOnFrom("say: remembered", id, "--rm", "--json");
    expect(
      again.stdout
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { type: string }).type),
    ).toContain("turn.completed");
    expect(await install.leftovers()).toEqual([]);
  },
);

verifies("cli.chat", "a chat from a pipe takes the line after a question for its answer", async () => {
  const { exitCode, stdout, stderr } = await chatFrom(
    "bash: touch a\nbash: touch b\nsay: both\n".replaceAll("\n", "\\\n") + "\ny\nn not that\n",
    "--rm",
  );
  expect(stderr).toContain("touch a");
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "both\n" });
  expect(await install.leftovers()).toEqual([]);
});

verifies(
  "cli.chat",
  "a chat allows for good what it is told to, and asks again after a rule that cannot be",
  async () => {
    const prompt = "bash: touch a\nbash: touch b\nbash: mkdir c\nsay: all\n".replaceAll("\n", "\\\n");
    const { exitCode, stdout, stderr } = await chatFrom(`${prompt}\na Write\na Bash(touch *)\nn\n`, "--rm");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "all\n" });
    expect(stderr).toContain('"Write" cannot be the rule');
    expect(stderr).toMatch(/allowed by .*, always Bash\(touch \*\)/);
    expect(stderr.match(/the agent asks to use/g)).toHaveLength(2);
  },
);

verifies(
  "cli.chat",
  "what the agent asks already when a chat begins is answered before anything is a prompt",
  async () => {
    const prompt = "bash: touch early\nsay: answered";
    const { stdout } = await runCcd(["run", "--detach", "--scratch", "--mode", "ask", prompt], env);
    const id = stdout.trim();
    const typesOf = async () => (await runCcd(["logs", "--json", id], env)).stdout;
    await expect.poll(typesOf, { timeout: 30_000 }).toContain("approval.requested");
    expect((await goOnFrom("y\n", id)).exitCode).toBe(0);
    await expect.poll(typesOf, { timeout: 30_000 }).toContain("turn.completed");
    const log = await typesOf();
    expect(log).toContain('"state":"allowed"');
    expect(log.match(/"type":"turn\.queued"/g)).toHaveLength(1);
    expect((await runCcd(["rm", id], env)).exitCode).toBe(0);
    expect(await install.leftovers()).toEqual([]);
  },
);

verifies("cli.chat", "what the agent asks is harmless also beside JSON", async () => {
  const question = { question: "\x1b]52;c;aGk=\x07Which?\x1b[2J", header: "x", multiSelect: false };
  const options = ["Red", "Blue"].map((label) => ({ label, description: "x" }));
  const prompt = `tool: AskUserQuestion ${JSON.stringify({ questions: [{ ...question, options }] })}`;
  const { stderr, stdout } = await chatFrom(`${prompt}\n2\n`, "--rm", "--json");
  expect(stderr).toContain("Which?");
  for (const sequence of ["\x1b", "\x07"]) expect(stderr + stdout).not.toContain(sequence);
});

verifies(
  "cli.chat",
  "a chat from a pipe ends with the first turn that fails, and with a question that nobody answers",
  async () => {
    const failed = await chatFrom("fail: 401 always\nsay: never\n", "--rm", "--mode", "bypass");
    expect(failed).toMatchObject({ exitCode: 4, stdout: "", stderr: expect.stringMatching(/^MODEL_AUTH_FAILED/m) });
    const unanswered = await chatFrom("bash: touch a\n", "--rm");
    expect(unanswered).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("ccd approve") });
    expect(await chatFrom("", "--rm")).toMatchObject({ exitCode: 0, stdout: "" });
    expect(await install.leftovers()).toEqual([]);
  },
);

verifies(
  "cli.chat",
  "in a terminal, a chat begins with where one is, and no line is broken within a word",
  async () => {
    await using chat = openCcd({ args: ["chat", "--scratch", "--rm", "--name", "here"], env, columns: 60 });
    await chat.waitFor(/^>/m);
    expect(chat.screen().replaceAll("\n", " ")).toMatch(
      /^session [0-9a-f]{8} \(here\) in an empty workspace.* asks before it changes something; \/help/,
    );
    await chat.type(`say: ${"abcdefg ".repeat(20)}\r`);
    await chat.waitFor("done in");
    const answer = chat
      .screen()
      .split("\n")
      .filter((line) => line.startsWith("abc"));
    expect(answer.length).toBeGreaterThan(2);
    expect(answer.join(" ").split(" ")).toEqual(Array.from({ length: 20 }, () => "abcdefg"));
    chat.send(KEYS.ctrlD);
    expect(await chat.exited).toBe(0);
  },
);

verifies("cli.chat", "in a terminal, what the agent asks is answered in place", async () => {
  await using chat = openCcd({ args: ["chat", "--scratch", "--rm"], env });
  await chat.see("> ");
  chat.send("bash: touch note.txt\\\r");
  await chat.see("… ");
  chat.send("say: written\r");
  await chat.see("touch note.txt");
  await chat.see("[a]lways Bash(touch note.txt)");
  await chat.see("[n]o");
  chat.send("maybe\r");
  await chat.see("that is no answer");
  await chat.see("[n]o");
  chat.send("y\r");
  await chat.see("allowed by");
  await chat.see("written");
  await chat.see("> ");
  chat.send(KEYS.ctrlD);
  expect(await chat.exited).toBe(0);
  expect(await install.leftovers()).toEqual([]);
});

verifies("cli.chat", "in a terminal, a question of the agent is answered by the number of a label", async () => {
  const question = {
    question: "Which colour?",
    header: "Colour",
    multiSelect: false,
    options: ["Red", "Blue"].map((label) => ({ label, description: "x" })),
  };
  await using chat = openCcd({ args: ["chat", "--scratch", "--rm"], env });
  await chat.see("> ");
  chat.send(`tool: AskUserQuestion ${JSON.stringify({ questions: [question] })}\\\rsay: thanks\r`);
  await chat.see("2. Blue");
  await chat.see("answer");
  chat.send("2\r");
  await chat.see("allowed by");
  await chat.see("thanks");
  await chat.see("> ");
  chat.send("/exit\r");
  expect(await chat.exited).toBe(0);
});

verifies("cli.chat", "in a terminal, Ctrl-C ends the turn and then the chat, and drops what is typed", async () => {
  await using chat = openCcd({ args: ["chat", "--scratch", "--rm", "--mode", "bypass"], env });
  await chat.see("> ");
  chat.send("half a thought");
  await chat.see("half a thought");
  chat.send(KEYS.ctrlC);
  chat.send("stall: 61s\r");
  await untilPrompted("stall: 61s");
  chat.send(KEYS.ctrlC);
  await chat.see("turn.interrupted");
  await chat.see("> ");
  chat.send("say: it goes on\r");
  await chat.see("done in");
  chat.send(KEYS.ctrlC);
  await chat.see("Ctrl-C again leaves");
  chat.send(KEYS.ctrlC);
  expect(await chat.exited).toBe(0);
  expect(install.model.journal.prompts()).not.toContain("half a thought");
  expect(await install.leftovers()).toEqual([]);
});

verifies(
  "cli.chat",
  "in a terminal, a pasted text of several lines is one prompt, and is not sent by itself",
  async () => {
    await using chat = openCcd({ args: ["chat", "--scratch", "--rm", "--mode", "bypass"], env });
    await chat.see("\x1b[?2004h");
    await chat.see("> ");
    chat.send("\x1b[200~say: pasted\rsay: text\r\x1b[201~");
    await chat.see("text");
    expect(install.model.journal.prompts().filter((prompt) => prompt.includes("pasted"))).toEqual([]);
    chat.send("say: and more\r");
    await untilPrompted("say: pasted\nsay: text\nsay: and more");
    await chat.see("and more\r\n");
    await chat.see("> ");
    chat.send(KEYS.ctrlD);
    expect(await chat.exited).toBe(0);
    expect(chat.written()).toContain("\x1b[?2004l");
  },
);

verifies("cli.chat", "in a terminal, the agent moves no cursor, sets no title, and writes no clipboard", async () => {
  await using chat = openCcd({ args: ["chat", "--scratch", "--rm", "--mode", "bypass"], env });
  await chat.see("> ");
  chat.send("bash: printf '\\033]52;c;aGk=\\007\\033]0;pwned\\007\\033[2Jresult'\\\rsay: the end\r");
  await chat.see("result");
  await chat.see("the end");
  chat.send(KEYS.ctrlD);
  expect(await chat.exited).toBe(0);
  for (const sequence of ["\x1b]", "\x1b[2J", "\x9b"]) expect(chat.written()).not.toContain(sequence);
});
