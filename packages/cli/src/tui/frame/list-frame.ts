/** The sessions, a row each. Pure. */
import { basename } from "node:path";
import { formatAge, formatCost } from "../../output/amounts.ts";
import type { ListedRow, SessionRow } from "../state/arrange-sessions.ts";
import { fillRows, type Line, span } from "../text/line.ts";
import { activityLine } from "../text/pictures/activity.ts";
import type { StyleName } from "../text/theme.ts";
import { fit, restyle, spread, words } from "./fit-line.ts";
import type { Size } from "./frame.ts";

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

/** A minute, in the samples of a view. */
const ACTIVITY_COLUMNS = 12;
const ACTIVITY_MS = 5000;
/** From so many columns on there is room for the activity, and for a title of its own. */
const WIDE = 100;

/** Only the rows that are on the screen are laid out: there may be thousands. */
export function listLines(view: ListView, { columns, rows: height }: Size): Line[] {
  const { rows, selected } = view;
  const places = view.isGrouped ? withHeadings(rows) : [...rows.keys()];
  const selectedPlace = places.indexOf(selected);
  const top = Math.max(0, Math.min(selectedPlace - Math.floor(height / 2), places.length - height));
  const lines = places.slice(top, top + height).map((place) => lineAt(view, place, columns));
  return fillRows(lines, height);
}

/** A row by its index, or a directory before its sessions. */
type RowPlace = number | string;

function withHeadings(rows: readonly ListedRow[]): RowPlace[] {
  return rows.flatMap(({ directory }, index) =>
    index === 0 || rows[index - 1]?.directory !== directory ? [directory, index] : [index],
  );
}

function lineAt({ rows, selected, isGrouped, now }: ListView, place: RowPlace, columns: number): Line {
  if (typeof place === "string") return fit([words(place || "without a directory", "heading")], columns);
  const row = rows[place];
  if (!row) return [];
  const line = rowLine(isGrouped ? { ...row, directory: "" } : row, columns, now);
  return place === selected ? restyle(line, "selected") : line;
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
  const picture = activityLine(activity, { width: ACTIVITY_COLUMNS, nowMs: now, activityMs: ACTIVITY_MS });
  const mark = isAsking ? span("? ", "warning") : isUnread ? span("● ", "waiting") : span("  ", undefined);
  const status = isAsking ? "asks" : session.status;
  const left: Line = [
    mark,
    span(`${session.id.slice(0, 8)} `, "muted"),
    ...fit([span(status, isAsking ? "warning" : STATUS_STYLES[session.status])], 10),
    ...whatOf(row),
  ];
  const spark = columns >= WIDE ? [...fit([span(picture, "model")], ACTIVITY_COLUMNS), span(" ", undefined)] : [];
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
