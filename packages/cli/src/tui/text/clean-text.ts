/** An agent's text before it is laid out: harmless, without tabs, in lines. */
import { literal, printable } from "../../output/printable.ts";
import { displayWidth } from "./wrap/display-width.ts";

const TAB_COLUMNS = 4;

/** The lines of a text of an agent. A newline at its end begins no line. */
export function cleanLines(text: string): string[] {
  return printable(text).replace(/\n$/, "").split("\n").map(expandTabs);
}

/** The same of what somebody decides by, or of a file: nothing is left out, what is not seen is there by its code. */
export function literalLines(text: string): string[] {
  return literal(text).replace(/\n$/, "").split("\n").map(expandTabs);
}

/** Tabs as the spaces up to the next stop, every four columns. */
export function expandTabs(line: string): string {
  if (!line.includes("\t")) return line;
  const [last = "", ...rest] = line.split("\t").toReversed();
  const before = rest
    .toReversed()
    .map((piece) => piece + " ".repeat(TAB_COLUMNS - (displayWidth(piece) % TAB_COLUMNS)));
  return before.join("") + last;
}
