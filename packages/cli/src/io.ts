/** The process as commands see it: they get this, and read or write nothing else. */

import { once } from "node:events";
import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import { EXIT_CODES } from "@cc-docker/protocol";

export type Environment = Record<string, string | undefined>;

export type Output = {
  /** Resolves when the stream takes more; what cannot be written any more is dropped. */
  write(text: string): Promise<void>;
  /** The text, in a quieter colour where the stream shows colours. */
  dim(text: string): string;
  /** How wide the terminal is just now; absent where it is none. */
  readonly columns?: number | undefined;
};

/** `isTTY`: a person types into it. */
export type Input = NodeJS.ReadableStream & { isTTY?: boolean };

export type Terminal = WriteStream;

export type Screen = { stdin: NodeJS.ReadStream; stdout: WriteStream };

export type Io = {
  env: Environment;
  /** The directory that the command is given in. */
  cwd: string;
  stdin: Input;
  stdout: Output;
  stderr: Output;
  /** Where a person edits lines: absent unless stdin and stderr are a terminal. */
  terminal?: Terminal;
  /** Where the UI is drawn and keys come from: absent unless stdin and stdout are a terminal. */
  screen?: Screen;
  /** Aborted when the command must end: its reason is an Interruption. */
  signal: AbortSignal;
};

/** Why a command ends early, and with which exit code. */
export type Interruption = { interrupted: string; exitCode: number };

export const INTERRUPTED: Interruption = { interrupted: "by a signal", exitCode: EXIT_CODES.interrupted };
/** `ccd logs … | head`: nobody reads on; that is no failure. */
export const OUTPUT_CLOSED: Interruption = { interrupted: "by its reader", exitCode: EXIT_CODES.ok };

/** The exit code when `error` is only the interruption of this command, or when it ended because of it. */
export function findInterruption(signal: AbortSignal): Interruption | undefined {
  return signal.aborted ? (signal.reason as Interruption) : undefined;
}

export function createOutput(stream: WriteStream, signal: AbortSignal): Output {
  async function write(text: string): Promise<void> {
    if (!stream.writable || stream.write(text)) return;
    await once(stream, "drain", { signal }).catch(() => undefined); // interrupted or closed: nothing is left to wait for
  }
  return {
    write,
    dim: (text) => styleText("dim", text, { stream }),
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
  };
}

/** The same for who hears it: nothing but text. */
export function withoutColours(output: Output): Output {
  return {
    write: output.write,
    dim: (text) => text,
    get columns() {
      return output.columns;
    },
  };
}
