/** The prompts of a directory, newest last, in a file of the user's own; several `ccd` may add to it at once. */
import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Environment } from "../../io.ts";

const MOST_PROMPTS = 1000;
/** Larger ones are not worth a key press. */
const MAX_PROMPT_CHARS = 20_000;

type Remembered = { directory: string; prompt: string };

export type PromptHistory = {
  /** Oldest first. */
  all(): readonly string[];
  add(prompt: string): void;
  /** Tells why prompts cannot be read or remembered: what there was to tell so far, and what will be. */
  listen(onTrouble: (message: string) => void): void;
};

export function historyFile(env: Environment): string {
  return join(env["XDG_STATE_HOME"]?.trim() || join(homedir(), ".local/state"), "ccd/prompts.jsonl");
}

/** A history that cannot be read or written is only shorter. */
export async function openPromptHistory(file: string, directory: string): Promise<PromptHistory> {
  let onTrouble: ((message: string) => void) | undefined;
  let early: string | undefined;
  const everything = await readAll(file).catch((error: Error) => {
    early = `Earlier prompts are not at hand: ${error.message}`;
    return [];
  });
  const own = everything.filter((entry) => entry.directory === directory).map(({ prompt }) => prompt);

  function add(prompt: string): void {
    if (prompt.length > MAX_PROMPT_CHARS || own.at(-1) === prompt) return;
    own.push(prompt);
    if (own.length > 2 * MOST_PROMPTS) own.shift();
    void append(file, { directory, prompt }).catch((error: Error) => onTrouble?.(`Not remembered: ${error.message}`));
  }

  function listen(listener: (message: string) => void): void {
    onTrouble = listener;
    if (early !== undefined) listener(early);
  }

  return { all: () => own, add, listen };
}

async function append(file: string, entry: Remembered): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await appendFile(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

async function readAll(file: string): Promise<Remembered[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const entries = text.split("\n").flatMap(parseLine);
  if (entries.length <= 2 * MOST_PROMPTS) return entries;
  const kept = entries.slice(-MOST_PROMPTS);
  await replace(file, kept);
  return kept;
}

async function replace(file: string, entries: readonly Remembered[]): Promise<void> {
  const next = `${file}.${process.pid}`;
  await writeFile(next, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""), { mode: 0o600 });
  await rename(next, file);
}

/** A line that was cut off when a machine lost power is left out. */
function parseLine(line: string): Remembered[] {
  try {
    const { directory, prompt } = JSON.parse(line) as Partial<Remembered>;
    return typeof directory === "string" && typeof prompt === "string" ? [{ directory, prompt }] : [];
  } catch {
    return [];
  }
}
