/** The open sessions in one line: their numbers, which one is shown, and which have something new. Pure. */
import { type Line, type Span, span } from "../text/line.ts";
import { cut, fit, restyle, widthOf, words } from "./fit-line.ts";

export type Tab = {
  readonly title: string;
  readonly isCurrent: boolean;
  readonly isUnread: boolean;
  readonly isAsking: boolean;
  readonly isRunning: boolean;
};

/** However many there are. */
const LEAST_TITLE_COLUMNS = 12;

/** Titles are cut as far as all tabs have to fit, and no further. */
export function tabsLine(tabs: readonly Tab[], columns: number): Line {
  const widths = tabs.map(({ title }) => Math.min(columns, widthOf([words(title)])));
  const others = tabs.reduce((sum, tab) => sum + ` 1 ${markOf(tab)} `.length, 0);
  const taken = (most: number) => widths.reduce((sum, width) => sum + Math.min(width, most), others);
  let most = Math.max(LEAST_TITLE_COLUMNS, ...widths);
  while (most > LEAST_TITLE_COLUMNS && taken(most) > columns) most -= 1;
  const spans = tabs.flatMap((tab, index) => [...tabSpans(tab, index + 1, most), span(" ", undefined)]);
  return fit(spans, columns);
}

function tabSpans(tab: Tab, number: number, titleColumns: number): readonly Span[] {
  const { title, isCurrent, isUnread, isAsking } = tab;
  const style = isCurrent ? "selected" : isAsking ? "warning" : isUnread ? "waiting" : "muted";
  const short = restyle(cut([words(title)], titleColumns), style);
  return [span(` ${number} `, style), ...short, span(markOf(tab), style)];
}

function markOf({ isAsking, isUnread, isRunning }: Tab): string {
  const mark = isAsking ? "?" : isUnread ? "●" : isRunning ? "…" : "";
  return mark === "" ? " " : ` ${mark} `;
}
