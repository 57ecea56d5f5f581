/** Every key there is, in sections. Pure. */
import { describeKeys } from "../describe-keys.ts";
import { type Line, span } from "../text/line.ts";
import { MIN_WIDTH, truncateLine, wrapLine } from "../text/wrap/wrap-line.ts";
import { fit } from "./fit-line.ts";

/** As wide as the longest row of keys. */
const KEY_COLUMNS = 34;

export function helpLines(columns: number): Line[] {
  const keyColumns = Math.max(2, Math.min(KEY_COLUMNS, columns - MIN_WIDTH));
  return describeKeys().flatMap(({ title, rows }) => [
    truncateLine([span(title, "heading")], columns),
    ...rows.flatMap(toLines),
    [],
  ]);

  function toLines({ keys, does }: { keys: readonly string[]; does: string }): Line[] {
    const names = span(`  ${keys.join(", ")}`, "code");
    const lines = wrapLine([span(does, undefined)], Math.max(MIN_WIDTH, columns - keyColumns));
    return lines.map((line, row) => truncateLine([...fit(row === 0 ? [names] : [], keyColumns), ...line], columns));
  }
}
