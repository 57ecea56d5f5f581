/** A program in a pseudo-terminal, as a person at one starts it. */
import * as pty from "@lydell/node-pty";
import { within } from "../wait-until.ts";

export type PtyOptions = {
  command: readonly string[];
  /** All that the program gets, besides PATH and TERM. */
  env: Record<string, string>;
  /** The directory it is started in; that of this process when absent. */
  cwd?: string;
  columns: number;
  rows: number;
};

export type PtyProgram = AsyncDisposable & {
  pid: number;
  columns: number;
  rows: number;
  /** Everything at once, as a paste or a very fast typist. */
  write(text: string): void;
  /** Whatever the program writes from now on. @returns a function that ends it */
  onData(listener: (text: string) => void): () => void;
  resize(columns: number, rows: number): void;
  /** The program's exit code. */
  exited: Promise<number>;
};

/** Disposing of it ends the program. */
export function startPtyProgram({ command, env, cwd, columns, rows }: PtyOptions): PtyProgram {
  const [file = "", ...args] = command;
  const program = pty.spawn(file, args, {
    cols: columns,
    rows,
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", ...env },
  });
  const { promise: exited, resolve } = Promise.withResolvers<number>();
  program.onExit(({ exitCode }) => resolve(exitCode));
  return {
    pid: program.pid,
    columns,
    rows,
    write: (text) => program.write(text),
    onData(listener) {
      const listening = program.onData(listener);
      return () => listening.dispose();
    },
    resize: (newColumns, newRows) => program.resize(newColumns, newRows),
    exited,
    async [Symbol.asyncDispose]() {
      program.kill("SIGKILL");
      await within(exited, { what: "the program to end" });
    },
  };
}
