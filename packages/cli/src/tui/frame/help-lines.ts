/** Every key there is, in sections. Pure. */
import { describeKeys, type KeySection } from "../describe-keys.ts";
import { type Line, span } from "../text/line.ts";
import { MIN_WIDTH, truncateLine, wrapLine } from "../text/wrap/wrap-line.ts";
import { fit } from "./fit-line.ts";

/** As wide as the longest row of keys. */
const KEY_COLUMNS = 34;

/** `starts`: the first line of each place's section. */
export type HelpLines = {
  readonly lines: readonly Line[];
  readonly starts: Readonly<Partial<Record<KeySection["place"], number>>>;
};

export function helpLines(columns: number): HelpLines {
  const lines: Line[] = [];
  const starts: Partial<Record<KeySection["place"], number>> = {};
  for (const section of describeKeys()) {
    starts[section.place] = lines.length;
    lines.push(...sectionLines(section, columns));
  }
  return { lines, starts };
}

function sectionLines({ title, note, rows }: KeySection, columns: number): Line[] {
  const keyColumns = Math.max(2, Math.min(KEY_COLUMNS, columns - MIN_WIDTH));
  const said = note === undefined ? [] : wrapLine([span(note, "muted")], Math.max(MIN_WIDTH, columns - 2));
  return [
    truncateLine([span(title, "heading")], columns),
    ...rows.flatMap(toLines),
    ...said.map((line) => truncateLine([span("  ", undefined), ...line], columns)),
    [],
  ];

  function toLines({ keys, does }: { keys: readonly string[]; does: string }): Line[] {
    const names = span(`  ${keys.join(", ")}`, "code");
    const lines = wrapLine([span(does, undefined)], Math.max(MIN_WIDTH, columns - keyColumns));
    return lines.map((line, row) => truncateLine([...fit(row === 0 ? [names] : [], keyColumns), ...line], columns));
  }
}
