/** What a person does in the UI again and again. */
import { KEYS, type Terminal } from "./pseudo-terminal.ts";

/** A key that came before the UI has told Esc from the beginning of a sequence would be one with it. */
export async function toReading(terminal: Terminal): Promise<void> {
  await terminal.press(KEYS.esc);
  await terminal.waitFor("i write");
}

export async function send(terminal: Terminal, prompt: string): Promise<void> {
  terminal.paste(prompt);
  await terminal.waitFor(prompt.split("\n").at(-1) ?? "");
  await terminal.press(KEYS.enter);
}
