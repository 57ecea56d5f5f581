/** Every key there is, in sections. Pure. */
import { describeKeys } from "../describe-keys.ts";
import { type Line, span } from "../text/line.ts";
import { MIN_WIDTH, prefixLines, wrapLine } from "../text/wrap/wrap-line.ts";

/** As wide as the longest row of keys. */
const KEY_COLUMNS = 34;

export function helpLines(columns: number): Line[] {
  return describeKeys().flatMap(({ title, rows }) => [[span(title, "heading")], ...rows.flatMap(toLines), []]);

  function toLines({ keys, does }: { keys: readonly string[]; does: string }): Line[] {
    const names = span(`  ${keys.join(", ")}`.padEnd(KEY_COLUMNS), "code");
    return prefixLines(wrapLine([span(does, undefined)], Math.max(MIN_WIDTH, columns - KEY_COLUMNS)), names);
  }
}
