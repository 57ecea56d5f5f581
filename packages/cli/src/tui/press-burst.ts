/**
 * Several characters in one read that the terminal did not mark as pasted. They were typed ahead of a slow line, or are
 * one key that is held down, or a paste of a terminal that does not mark pastes: nothing in them tells which. So:
 * - What only moves on the screen is done, key by key: whichever it was, nothing is lost by it.
 * - What answers the agent, or changes, ends or leaves something, is never done by a burst: the question may have come
 *   meanwhile, and a text that was pasted must not be obeyed. It takes a press of its own, and the rest is left out.
 * - Where text is written Enter sends only once the terminal has marked a paste: then what is not marked was typed.
 *   Until then a line of a paste might be sent by itself, and Enter is a new line, to be seen and sent by another Enter.
 *   In a line whose effect is seen as it is typed, and taken back by Esc, Enter ends it in either case.
 */
import { APPROVAL_ACTIONS } from "./actions/approval-actions.ts";
import { MANAGE_ACTIONS } from "./actions/manage-actions.ts";
import type { ActionName } from "./keys.ts";
import { actionOf, press, type } from "./press.ts";
import type { App } from "./state/app.ts";
import { placeOf } from "./state/ui-state.ts";

const ALONE: ReadonlySet<ActionName> = new Set<ActionName>([
  ...(Object.keys(APPROVAL_ACTIONS) as (keyof typeof APPROVAL_ACTIONS)[]),
  ...(Object.keys(MANAGE_ACTIONS) as (keyof typeof MANAGE_ACTIONS)[]),
  "interrupt",
  "quit",
]);

const NAMES: Readonly<Record<string, string>> = { "\r": "enter", "\n": "ctrl+j", "\t": "tab" };

/** Takes what was read: the name of a key, or several characters. */
export type KeyReader = { key(name: string): void; text(text: string): void };

/** A read may hold several of them: then they come one after the other in one task, and the rules above are for all. */
export function createKeyReader(app: App): KeyReader {
  let read: { hasText: boolean } | undefined;

  /** @returns the read that is going on, when it has brought something before */
  function goOn(): { hasText: boolean } | undefined {
    const before = read;
    if (!before) {
      read = { hasText: false };
      setImmediate(() => void (read = undefined));
    }
    return before;
  }

  return {
    key(name) {
      const before = goOn();
      if (before && isAlone(app, name)) return refuse(app, name);
      if (before?.hasText && name === "enter" && isWriting(app) && !isEnterObeyed(app)) return type(app, "\n");
      press(app, name);
    },
    text(text) {
      const before = goOn();
      if (read) read.hasText = true;
      if (before) pressEach(app, text);
      else pressBurst(app, text);
    },
  };
}

/** All that one read brought. */
export function pressBurst(app: App, text: string): void {
  const [first = ""] = Array.from(text);
  const isHeld = text === first.repeat(text.length / first.length);
  if (isHeld && isAlone(app, first)) return press(app, first);
  pressEach(app, text);
}

function pressEach(app: App, text: string): void {
  for (let rest = text; rest !== ""; ) rest = pressNext(app, rest);
}

/** @returns what is left */
function pressNext(app: App, text: string): string {
  if (isWriting(app)) return writeNext(app, text);
  const [character = ""] = Array.from(text);
  const key = NAMES[character] ?? character;
  if (isAlone(app, key)) {
    refuse(app, key);
    return "";
  }
  press(app, key);
  return text.slice(character.length);
}

function writeNext(app: App, text: string): string {
  const end = isEnterObeyed(app) ? text.indexOf("\r") : -1;
  if (end !== 0) type(app, end === -1 ? text : text.slice(0, end));
  if (end === -1) return "";
  press(app, "enter");
  return text.slice(end + 1);
}

function refuse(app: App, key: string): void {
  app.say(`“${key}” came with other keys and was not obeyed: press it alone.`);
}

function isWriting(app: App): boolean {
  const place = placeOf(app.state());
  return place === "write" || place === "ask";
}

function isEnterObeyed(app: App): boolean {
  const { marksPastes, ask } = app.state();
  return marksPastes || ask?.onCancel !== undefined;
}

function isAlone(app: App, key: string): boolean {
  const action = actionOf(app, key);
  return action !== undefined && ALONE.has(action);
}
