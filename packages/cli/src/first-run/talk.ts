/** With the person at the terminal, a line at a time: before there is a gateway there is nothing to draw a UI of. */
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { printable } from "../output/printable.ts";
import { wrapWords } from "../output/wrap-words.ts";

export type Talk = {
  /** On as many lines as it needs, broken between words. */
  say(line: string): void;
  /**
   * What was typed, trimmed; `undefined` when nothing will be typed any more, as after Ctrl-D. `hidden`: it is not to be
   * seen, for it is a secret.
   * @throws the signal's reason
   */
  ask(question: string, options?: { hidden?: boolean }): Promise<string | undefined>;
  /** Puts a line in place of the one that was drawn before; what is said next comes below it. */
  draw(line: string): void;
};

export type TalkDeps = { stdin: ReadStream; stdout: WriteStream; signal: AbortSignal };

const FALLBACK_COLUMNS = 80;
const CLEAR_LINE = "\r\x1b[2K";

export function createTalk({ stdin, stdout, signal }: TalkDeps): Talk {
  let isDrawn = false;
  const columns = () => stdout.columns || FALLBACK_COLUMNS;

  function settle(): void {
    if (isDrawn) stdout.write("\n");
    isDrawn = false;
  }

  return {
    say(line) {
      settle();
      for (const part of wrapWords(printable(line), columns())) stdout.write(`${part}\n`);
    },
    draw(line) {
      const shown = printable(line).replaceAll("\n", " ");
      stdout.write(`${CLEAR_LINE}${shown.slice(0, columns() - 1)}`);
      isDrawn = true;
    },
    async ask(question, { hidden = false } = {}) {
      settle();
      const parts = wrapWords(printable(question), columns());
      const mark = parts.pop() ?? "";
      stdout.write([...parts, mark].join("\n"));
      const lines = createInterface({ input: stdin, output: hidden ? silent() : stdout, terminal: true });
      lines.setPrompt(hidden ? "" : mark);
      lines.on("SIGINT", () => process.kill(process.pid, "SIGINT")); // in raw mode the terminal sends none
      try {
        const line = once(lines, "line", { signal }).then(([text]) => String(text).trim());
        const closed = once(lines, "close", { signal }).then(() => undefined);
        return await Promise.race([line, closed]);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        lines.close();
        if (hidden) stdout.write("\n");
      }
    },
  };
}

function silent(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
