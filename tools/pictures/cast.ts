/** A recording as asciinema plays it: https://docs.asciinema.org/manual/asciicast/v2/ */
import type { RecordedTerminal } from "./recorded-terminal.ts";

/** Longer silences are shortened to this: nobody learns from waiting. In seconds. */
const LONGEST_SILENCE = 1.5;

export function toCast(
  { columns, rows, written }: Pick<RecordedTerminal, "columns" | "rows" | "written">,
  title: string,
): string {
  const header = { version: 2, width: columns, height: rows, title, env: { TERM: "xterm-256color" } };
  let [before, at] = [0, 0];
  const lines = written.map(([seconds, text]) => {
    at += Math.min(seconds - before, LONGEST_SILENCE);
    before = seconds;
    return JSON.stringify([Number(at.toFixed(3)), "o", text]);
  });
  return `${[JSON.stringify(header), ...lines].join("\n")}\n`;
}
