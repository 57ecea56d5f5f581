/** What stands in for the library of that name in the bundle, where Ink and its libraries ask for it. */
import { displayWidth } from "./display-width.ts";

// oxlint-disable-next-line no-control-regex -- Ink measures text with the looks that were given to it
const SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))/g;

/** In columns; escape sequences take none. */
export function stringWidth(text: string): number {
  return displayWidth(text.includes("\x1b") ? text.replaceAll(SEQUENCE, "") : text);
}
