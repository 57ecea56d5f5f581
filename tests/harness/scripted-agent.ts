/**
 * A stand-in for Claude Code that does what the real one does rarely. It speaks as much of the CLI's stream-json as the
 * Agent SDK needs, and does by the prompt's first word what the table below says; anything else is answered. Runs in a
 * test's image in the place of `claude`, by Node's type stripping, so it imports nothing of ours.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";

const MB = 1_000_000;
const session_id = randomUUID();
/** It stands still once in the life of a session; the next agent finds the note and works. */
const NOTE = "/workspace/stood-still";

type Message = Record<string, unknown>;

const write = (bytes: string | Buffer) => new Promise<void>((done) => process.stdout.write(bytes, () => done()));
const say = (message: Message) => write(`${JSON.stringify({ ...message, session_id, uuid: randomUUID() })}\n`);
const forEver = () => new Promise<never>(() => setInterval(() => undefined, 60_000));

const text = (words: string) =>
  say({
    type: "assistant",
    parent_tool_use_id: null,
    message: { role: "assistant", content: [{ type: "text", text: words }] },
  });
const result = (words: string, more: Message = {}) =>
  say({ type: "result", subtype: "success", is_error: false, result: words, num_turns: 1, ...more });

async function answer(words: string): Promise<void> {
  await text(words);
  await result(words);
}

let deaf = false;

const DEEDS: Record<string, (argument: string) => Promise<void>> = {
  /** Says nothing more, and hears nothing, with everything open. */
  "hang-once": async () => {
    if (existsSync(NOTE)) return answer("went on");
    writeFileSync(NOTE, "");
    deaf = true;
    await forEver();
  },
  /** Answers, and takes no prompt after that. */
  "hang-after-result": async (words) => {
    await answer(words);
    if (!existsSync(NOTE)) deaf = true;
    writeFileSync(NOTE, "");
  },
  exit: async (code) => process.exit(Number(code)),
  "exit-once": async (code) => {
    if (existsSync(NOTE)) return answer("went on");
    writeFileSync(NOTE, "");
    process.exit(Number(code));
  },
  /** A tool that takes so many seconds; Claude Code gives a sign of it now and then. */
  "slow-tool": async (seconds) => {
    for (let half = 0; half < 2 * Number(seconds); half += 1) {
      await say({ type: "tool_progress", tool_use_id: "t", tool_name: "Bash", elapsed_time_seconds: half / 2 });
      await new Promise((done) => setTimeout(done, 500));
    }
    await answer("done at last");
  },
  /** Lines that are no messages, among them some that are JSON, and bytes that are no text. */
  garbage: async (words) => {
    await write('not json\nnull\n42\n[]\n{"type":\n\n');
    await write(Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
    await answer(words);
  },
  "garbage-flood": async () => {
    for (;;) await write("all work and no play\n".repeat(1000));
  },
  "half-a-line": async () => {
    deaf = true;
    await write('{"type":"assist');
    await forEver();
  },
  /** A message of so many megabytes. */
  large: async (megabytes) => {
    await text("x".repeat(Number(megabytes) * MB));
    await result("after it");
  },
  "large-result": async (megabytes) => result("x".repeat(Number(megabytes) * MB)),
  /** So many megabytes without a line's end. */
  "endless-line": async (megabytes) => {
    deaf = true;
    for (let written = 0; written < Number(megabytes); written += 1) await write("x".repeat(MB));
    await forEver();
  },
  /** Every byte by itself. */
  bytes: async (words) => {
    const line = `${JSON.stringify({ type: "assistant", message: { role: "assistant", content: [{ type: "text", text: words }] } })}\n`;
    for (const byte of Buffer.from(line)) await write(Buffer.from([byte]));
    await result(words);
  },
  "stderr-flood": async (words) => {
    for (let written = 0; written < 50; written += 1)
      await new Promise<void>((done) => process.stderr.write("e".repeat(MB), () => done()));
    await answer(words);
  },
  /** Its last words go to stderr, a piece at a time and without the blanks between them. */
  "stderr-exit": async (pieces) => {
    for (const piece of pieces.split(" ")) await new Promise<void>((done) => process.stderr.write(piece, () => done()));
    process.exit(7);
  },
  /** Takes all the memory there is. */
  "eat-memory": async () => {
    const eaten: Buffer[] = [];
    for (;;) eaten.push(Buffer.alloc(16 * MB, 1));
  },
  "eat-memory-once": async () => {
    if (existsSync(NOTE)) return answer("went on");
    writeFileSync(NOTE, "");
    await DEEDS["eat-memory"]?.("");
  },
  /** Has a program of its own take all the memory; lives, and tells of it as Claude Code does of a tool. */
  "feed-tool": async (words) => {
    try {
      execFileSync(process.execPath, ["-e", "const a=[];for(;;)a.push(Buffer.alloc(16e6,1))"], { stdio: "ignore" });
    } catch {
      await say({ type: "user", message: { role: "user", content: [{ type: "tool_result", content: "killed" }] } });
    }
    await answer(words);
  },
};

async function work(prompt: string): Promise<void> {
  await say({ type: "system", subtype: "init", tools: [], model: "scripted" });
  const [, name = "", argument = ""] = /^([\w-]+):?\s*(.*)$/s.exec(prompt) ?? [];
  const deed = Object.hasOwn(DEEDS, name) ? DEEDS[name] : undefined;
  await (deed ? deed(argument) : answer(`You said: ${prompt}`));
}

/** Node's own line reader also cuts at U+2028, within a prompt. */
async function* readLines(): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of process.stdin.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

let working: Promise<void> = Promise.resolve();
for await (const line of readLines()) {
  const message = JSON.parse(line) as { type: string; request_id?: string; message?: { content: unknown } };
  if (deaf) continue;
  if (message.type === "control_request") {
    const response = { commands: [], models: [], agents: [], output_style: "default", account: {} };
    await say({ type: "control_response", response: { subtype: "success", request_id: message.request_id, response } });
  }
  if (message.type === "user") working = working.then(() => work(String(message.message?.content)));
}
await working;
