/** A prompt from an argument, a file or stdin. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { CcError, MAX_PROMPT_BYTES } from "@cc-docker/protocol";
import { Argument, Option } from "commander";
import type { Io } from "../io.ts";
import { parseTtl } from "../parse-ttl.ts";

export type PromptInput = { prompt?: string; file?: string; timeout?: number };

export function promptArgument(): Argument {
  return new Argument("[prompt]", 'the prompt; "-", or none where stdin is a pipe or file, reads it from stdin');
}

export function promptOptions(): Option[] {
  return [
    new Option("--file <path>", "the prompt is the text of this file"),
    new Option("--timeout <time>", "end the turn after this: 90s, 10m, 2h").argParser(parseTtl),
  ];
}

/** The time a prompt's turn may take, as the API has it. */
export function timeoutOf({ timeout }: PromptInput): { timeoutSeconds?: number } {
  return timeout === undefined ? {} : { timeoutSeconds: timeout };
}

/** @throws CcError REQUEST_INVALID without a prompt, or with two; PROMPT_EMPTY, PROMPT_TOO_LARGE */
export async function readPrompt(input: PromptInput, io: Io): Promise<string> {
  const prompt = await readText(input, io);
  if (prompt.trim() === "") throw new CcError("PROMPT_EMPTY", "The prompt is empty.");
  const bytes = Buffer.byteLength(prompt);
  if (bytes > MAX_PROMPT_BYTES)
    throw new CcError("PROMPT_TOO_LARGE", `The prompt has ${bytes} bytes; ${MAX_PROMPT_BYTES} are allowed.`);
  return prompt;
}

async function readText({ prompt, file }: PromptInput, io: Io): Promise<string> {
  if (prompt !== undefined && file !== undefined)
    throw new CcError("REQUEST_INVALID", "There are two prompts: an argument and --file. Give one of them.");
  if (file !== undefined) return readPromptFile(file);
  if (prompt === "-" || (prompt === undefined && !io.stdin.isTTY)) return readAll(io);
  if (prompt !== undefined) return prompt;
  throw new CcError("REQUEST_INVALID", "There is no prompt: give it as an argument, with --file, or on stdin.");
}

async function readPromptFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const message = `The prompt's file cannot be read: ${(cause as Error).message}.`;
    throw new CcError("REQUEST_INVALID", message, { cause });
  }
}

async function readAll({ stdin, signal }: Io): Promise<string> {
  const interrupted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  return Promise.race([text(stdin), interrupted]);
}
