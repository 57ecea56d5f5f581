/** The line that is asked for, with what was typed so far: as much of it as fits, around the cursor. Pure. */
import type { Ask } from "../state/ui-state.ts";
import { type Line, span } from "../text/line.ts";
import { showTyped } from "../text/typed-text.ts";
import { displayWidth } from "../text/wrap/display-width.ts";
import { cut, endOf, fit, widthOf, words } from "./fit-line.ts";

/** Of the width, for what is asked: the rest is for the answer. */
const LABEL_SHARE = 2 / 3;

/** `line` is as wide as the screen; `x` is the cursor's column. */
export function askLine(
  { label, editor }: Pick<Ask, "label" | "editor">,
  columns: number,
): { readonly line: Line; readonly x: number } {
  const asked = [...cut([words(`${label}:`, "strong")], Math.floor(columns * LABEL_SHARE)), span(" ", undefined)];
  const start = widthOf(asked);
  const { text, at } = showTyped(editor.text);
  const place = at(editor.cursor);
  const before = endOf(text.slice(0, place), columns - start - 1); // the cursor may stand behind all of it
  return {
    line: fit([...asked, span(before + text.slice(place), undefined)], columns),
    x: start + displayWidth(before),
  };
}
