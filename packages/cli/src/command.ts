/** A command of `ccd` as data: what commander parses, `docs/cli.md` and completion tell, and what it does. */
import { Argument, type Option } from "commander";
import type { Io } from "./io.ts";

/** Commands stand below these headings, in this order. */
export const GROUPS = {
  prompts: "Prompts",
  sessions: "Sessions",
  approvals: "What agents ask",
  gateway: "Gateway and this program",
} as const;

export type Example = { line: string; does: string };

export type Command = {
  name: string;
  group: keyof typeof GROUPS;
  /** In a few words, beginning with a verb. */
  summary: string;
  /** What more there is to know, in whole sentences. */
  details?: string;
  arguments?: readonly Argument[];
  options?: readonly Option[];
  /** What `--json`, which every command takes, prints on stdout. */
  json: string;
  examples: readonly Example[];
  /** @returns the exit code. @throws CcError, or the reason of `io.signal` */
  run: (input: never, io: Io) => Promise<number>;
};

/** What every command is given: its options and arguments by their names, and whether the output is for a program. */
export type Json = { json?: true | undefined };

/** Ties what a command declares to the shape of what it takes; that they agree is for its author to see to. */
export function defineCommand<Input extends Json>(
  command: Omit<Command, "run"> & { run: (input: Input, io: Io) => Promise<number> },
): Command {
  return command;
}

/** The session a command acts on; without a word the one of the current directory. */
export type OneSession = { session?: string };

/** By which words a session may be named. */
export const SESSION = "a session's name, its id, or 4 or more characters of its beginning";

export function sessionArgument(): Argument {
  return new Argument("[session]", `${SESSION}; the one of this directory when absent`);
}

/** For what nobody should do to a session that is not named. */
export function sessionsArgument(): Argument {
  return new Argument("<session...>", SESSION);
}
