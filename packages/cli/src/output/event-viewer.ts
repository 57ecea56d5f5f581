/** Shows a session's events to a program (JSON lines) or to a person. */
import type { Event } from "@cc-docker/protocol";
import type { Output } from "../io.ts";
import { toJsonLine } from "./json.ts";
import { createPiecePrinter } from "./print-pieces.ts";
import { printableLine } from "./printable.ts";
import { createRenderer, type Piece } from "./render-event.ts";

export type EventViewer = {
  show(event: Event): Promise<void>;
  /** Something about the watching itself. */
  note(text: string): Promise<void>;
  /** Ends the line that is being written, if any. */
  finish(): Promise<void>;
};

export function createJsonViewer({ stdout, stderr }: { stdout: Output; stderr: Output }): EventViewer {
  return {
    show: (event) => stdout.write(toJsonLine(event)),
    note: (text) => stderr.write(`${printableLine(text)}\n`),
    finish: async () => undefined,
  };
}

/** `answer` gets the agent's text, `notes` the rest, as far as it is of one of the `kinds`. `isOver`: as `createRenderer`. */
export function createTextViewer(
  outputs: { answer: Output; notes: Output },
  kinds: readonly Piece["kind"][],
  isOver?: (asked: Event) => boolean,
): EventViewer {
  const renderer = createRenderer(isOver);
  const printer = createPiecePrinter(outputs);
  async function show(event: Event): Promise<void> {
    for (const piece of renderer.render(event)) {
      if (kinds.includes(piece.kind)) await printer.print(piece);
    }
  }
  return { show, note: (text) => printer.print({ kind: "note", text }), finish: printer.finish };
}
