/** The open sessions in one line: their numbers, which one is shown, and which have something new. Pure. */
import { type Line, type Span, span } from "../text/line.ts";
import { cut, fit, restyle, words } from "./fit-line.ts";

export type Tab = {
  readonly title: string;
  readonly isCurrent: boolean;
  readonly isUnread: boolean;
  readonly isAsking: boolean;
  readonly isRunning: boolean;
};

const MAX_TITLE_COLUMNS = 18;

export function tabsLine(tabs: readonly Tab[], columns: number): Line {
  const spans = tabs.flatMap((tab, index) => [...tabSpans(tab, index + 1), span(" ", undefined)]);
  return fit(spans, columns);
}

function tabSpans({ title, isCurrent, isUnread, isAsking, isRunning }: Tab, number: number): readonly Span[] {
  const mark = isAsking ? "?" : isUnread ? "●" : isRunning ? "…" : "";
  const style = isCurrent ? "selected" : isAsking ? "warning" : isUnread ? "waiting" : "muted";
  const short = restyle(cut([words(title)], MAX_TITLE_COLUMNS), style);
  return [span(` ${number} `, style), ...short, span(mark === "" ? " " : ` ${mark} `, style)];
}
