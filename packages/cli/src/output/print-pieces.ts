/** Puts rendered pieces on the outputs: answers as they come, everything else on lines of its own. */
import type { Output } from "../io.ts";
import { createPrintable, printable, printableLine } from "./printable.ts";
import type { Piece } from "./render-event.ts";
import { createWordWrap } from "./word-wrap.ts";
import { wrapWords } from "./wrap-words.ts";

const LINE_LENGTH = 100;
const RESULT_LINES = 5;

export type PiecePrinter = {
  print(piece: Piece): Promise<void>;
  /** Ends the line that is being written, if any. */
  finish(): Promise<void>;
};

/** `answer` gets the agent's text, `notes` the rest; they may be the same. On a terminal lines end between words. */
export function createPiecePrinter({ answer, notes }: { answer: Output; notes: Output }): PiecePrinter {
  const text = createPrintable();
  const wrap = createWordWrap(() => answer.columns ?? Number.POSITIVE_INFINITY);
  let isLineOpen = false;

  async function writeAnswer(shown: string): Promise<void> {
    if (shown === "") return;
    isLineOpen = !shown.endsWith("\n");
    await answer.write(shown);
  }

  async function finish(): Promise<void> {
    await writeAnswer(wrap.push(text.flush()) + wrap.flush());
    if (isLineOpen) await writeAnswer("\n");
  }

  async function print(piece: Piece): Promise<void> {
    if (piece.kind === "text") return writeAnswer(wrap.push(text.push(piece.text)));
    await finish();
    const lines = fitLines(linesOf(piece), notes.columns);
    const isLoud = piece.kind === "prompt" || piece.kind === "failure";
    if (lines !== "") await notes.write(`${isLoud ? lines : notes.dim(lines)}\n`);
  }

  return { print, finish };
}

function fitLines(text: string, columns = Number.POSITIVE_INFINITY): string {
  const lines = text.split("\n").flatMap((line) => wrapWords(line, columns));
  return lines.join("\n");
}

function linesOf({ kind, text }: Piece): string {
  switch (kind) {
    case "tool":
      return `· ${printableLine(text, LINE_LENGTH)}`;
    case "note":
      return `— ${printableLine(text)}`;
    case "failure":
      return `! ${printableLine(text)}`;
    case "prompt":
      return indent(printable(text).trimEnd().split("\n"), "> ");
    case "result":
      return indent(firstLines(printable(text).trimEnd().split("\n")), "  ");
    default:
      return "";
  }
}

function firstLines(lines: string[]): string[] {
  const shown = lines.slice(0, RESULT_LINES).map((line) => printableLine(line, LINE_LENGTH));
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `… ${more} more ${more === 1 ? "line" : "lines"}`] : shown;
}

function indent(lines: string[], mark: string): string {
  return lines.map((line) => `${mark}${line}`.trimEnd()).join("\n");
}
