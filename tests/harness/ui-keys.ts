/** What a person does in the UI again and again. */
import { KEYS, type Terminal } from "./pseudo-terminal.ts";
import { waitUntil } from "./wait-until.ts";

/** What the agent asks is answered by no key before it was shown for so long. */
const READ_MS = 800;

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

/** Answers what the agent asks, once the screen shows `shown` and it could be read. */
export async function answer(terminal: Terminal, shown: string, key: string): Promise<void> {
  await terminal.waitFor(shown);
  const shownAtMs = performance.now();
  await waitUntil(() => performance.now() - shownAtMs > READ_MS + 100, { what: "it to be read" });
  await terminal.press(key);
}
