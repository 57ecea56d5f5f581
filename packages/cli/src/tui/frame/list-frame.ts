/** The sessions, a row each. Pure. */
import { basename } from "node:path";
import { formatAge, formatCost } from "../../output/amounts.ts";
import type { SessionRow } from "../state/arrange-sessions.ts";
import { type Line, span } from "../text/line.ts";
import type { StyleName } from "../text/theme.ts";
import { fit, restyle, spread, words } from "./fit-line.ts";
import { fillRows, type Size } from "./frame.ts";

/** What the list says of a session besides its row. */
export type ListedRow = SessionRow & {
  readonly isUnread: boolean;
  /** The agent waits for an answer. */
  readonly isAsking: boolean;
  /** Its activity of late, as a sparkline; empty while unknown. */
  readonly activity: Line;
};

export type ListView = {
  readonly rows: readonly ListedRow[];
  readonly selected: number;
  readonly isGrouped: boolean;
  readonly now: number;
};

const STATUS_STYLES: Readonly<Record<SessionRow["session"]["status"], StyleName>> = {
  running: "success",
  starting: "waiting",
  idle: "model",
  paused: "muted",
  stopped: "muted",
  failed: "failure",
};

const ACTIVITY_COLUMNS = 12;
/** From so many columns on there is room for the activity, and for a title of its own. */
const WIDE = 100;

export function listLines({ rows, selected, isGrouped, now }: ListView, { columns, rows: height }: Size): Line[] {
  const lines: Line[] = [];
  let selectedLine = 0;
  let directory: string | undefined;
  rows.forEach((row, index) => {
    if (isGrouped && row.directory !== directory) {
      directory = row.directory;
      lines.push(fit([words(directory || "without a directory", "heading")], columns));
    }
    if (index === selected) selectedLine = lines.length;
    const line = rowLine(isGrouped ? { ...row, directory: "" } : row, columns, now);
    lines.push(index === selected ? restyle(line, "selected") : line);
  });
  const top = Math.max(0, Math.min(selectedLine - Math.floor(height / 2), lines.length - height));
  return fillRows(lines.slice(top), height);
}

/** The columns' titles. */
export function listTitle(columns: number): Line {
  const activity = columns >= WIDE ? fit([span("ACTIVITY", "muted")], ACTIVITY_COLUMNS + 1) : [];
  const right: Line = [
    ...activity,
    ...fit([span("COST", "muted")], 9, "right"),
    ...fit([span("AGE", "muted")], 6, "right"),
  ];
  return spread([span("  SESSION  STATUS    ", "muted"), span("WHAT", "muted")], right, columns);
}

function rowLine(row: ListedRow, columns: number, now: number): Line {
  const { session, isUnread, isAsking, activity } = row;
  const mark = isAsking ? span("? ", "warning") : isUnread ? span("● ", "waiting") : span("  ", undefined);
  const status = session.parked ? "parked" : isAsking ? "asks" : session.status;
  const left: Line = [
    mark,
    span(`${session.id.slice(0, 8)} `, "muted"),
    ...fit([span(status, isAsking ? "warning" : STATUS_STYLES[session.status])], 10),
    ...whatOf(row),
  ];
  const spark = columns >= WIDE ? [...fit(activity, ACTIVITY_COLUMNS), span(" ", undefined)] : [];
  const right: Line = [
    ...spark,
    ...fit([span(formatCost(session.costUsd), undefined)], 9, "right"),
    ...fit([span(formatAge(now - Date.parse(session.createdAt)), "muted")], 6, "right"),
  ];
  return spread(left, right, columns);
}

function whatOf({ title, directory, lastLine, session }: ListedRow): Line {
  const said = session.error
    ? words(`${session.error.code}: ${session.error.message}`, "failure")
    : words(lastLine, "muted");
  const place = words(basename(directory), "linkTarget");
  const parts = [words(title), place, said].filter(({ text }) => text !== "");
  return parts.flatMap((part, index) => (index === 0 ? [part] : [span("  ", undefined), part]));
}
