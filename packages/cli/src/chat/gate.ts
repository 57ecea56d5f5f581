/** The terminal as the line editor sees it: what it echoes while nothing is asked would stand in the midst of answers. */
import { Writable } from "node:stream";
import type { Terminal } from "../io.ts";

export type Gate = {
  /** Looks like the terminal, and takes what is written while the gate is closed without showing it. */
  output: Writable;
  isOpen(): boolean;
  open(): void;
  close(): void;
  /** It is of no use any more: the terminal is left alone. */
  remove(): void;
  /** Takes the line that is being edited off the screen. */
  wipeLine(): void;
};

const WIPE = "\r\x1b[J";

export function createGate(terminal: Terminal): Gate {
  let isOpen = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (isOpen) terminal.write(chunk); // a person's typing: the terminal keeps up
      done();
    },
  });
  // A line that is not shown takes no rows: the editor would go up by them when it is.
  Object.defineProperty(output, "columns", { get: () => (isOpen ? terminal.columns : Number.POSITIVE_INFINITY) });
  const onResize = () => void output.emit("resize");
  terminal.on("resize", onResize);
  return {
    output,
    isOpen: () => isOpen,
    open: () => {
      isOpen = true;
    },
    close: () => {
      isOpen = false;
    },
    remove: () => void terminal.off("resize", onResize),
    wipeLine: () => void terminal.write(WIPE),
  };
}
