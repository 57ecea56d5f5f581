/** What was pressed, by the names that keys.ts uses: "a", "A", "ctrl+c", "alt+enter", "shift+tab", "pagedown". */
import type { Key } from "ink";

const NAMED: readonly (readonly [keyof Key, string])[] = [
  ["return", "enter"],
  ["escape", "esc"],
  ["tab", "tab"],
  ["backspace", "backspace"],
  ["delete", "delete"],
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
];

/** @returns `undefined` for what is text of several characters, or no key that has a name */
export function keyName(input: string, key: Key): string | undefined {
  const named = NAMED.find(([flag]) => key[flag] === true)?.[1];
  if (named !== undefined) return withModifiers(named, key, key.shift);
  if (input === "\n") return "ctrl+j";
  return input.length === 1 ? withModifiers(input, key, false) : undefined;
}

function withModifiers(name: string, { ctrl, meta }: Key, shift: boolean): string {
  const alt = meta && name !== "esc";
  return `${ctrl ? "ctrl+" : ""}${alt ? "alt+" : ""}${shift ? "shift+" : ""}${name}`;
}
