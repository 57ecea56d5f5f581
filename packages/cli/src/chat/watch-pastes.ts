import type { Input, Terminal } from "../io.ts";

const BRACKETED = { on: "\x1b[?2004h", off: "\x1b[?2004l" };

export type Pastes = {
  /** What comes just now was pasted, and not typed. */
  isPasting(): boolean;
  /** The terminal is as it was. */
  close(): void;
};

/** Has the terminal tell pasted text from what is typed. `stdin` is read by a line editor, which finds the keys. */
export function watchPastes(stdin: Input, terminal: Terminal): Pastes {
  let isPasting = false;
  terminal.write(BRACKETED.on);
  function watch(_text: unknown, key: { name?: string } | undefined): void {
    if (key?.name === "paste-start") isPasting = true;
    if (key?.name === "paste-end") isPasting = false;
  }
  stdin.on("keypress", watch);
  function close(): void {
    stdin.off("keypress", watch);
    terminal.write(BRACKETED.off);
  }
  return { isPasting: () => isPasting, close };
}
