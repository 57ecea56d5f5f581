/** The sessions, a row each. Pure. */
import { basename } from "node:path";
import { formatAge, formatCost } from "../../output/amounts.ts";
import type { ListedRow, SessionRow } from "../state/arrange-sessions.ts";
import { fillRows, type Line, span } from "../text/line.ts";
import { activityLine } from "../text/pictures/activity.ts";
import { sparkline } from "../text/pictures/sparkline.ts";
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

/** Of a view's samples of activity. */
const ACTIVITY_MS = 5000;

/** In columns: how busy it was of late, 5 s each, and what its newest turns have cost. 0: there is no room. */
type Pictures = { readonly activity: number; readonly costs: number };

function picturesIn(columns: number): Pictures {
  if (columns >= 100) return { activity: 12, costs: 8 };
  return { activity: columns >= 80 ? 8 : 0, costs: 0 };
}

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
  const { activity, costs } = picturesIn(columns);
  const right: Line = [
    ...column([span("ACTIVITY", "muted")], activity),
    ...column([span("BY TURN", "muted")], costs),
    ...fit([span("COST", "muted")], costColumns(columns), "right"),
    ...fit([span("AGE", "muted")], 6, "right"),
  ];
  return spread([span("  SESSION  STATUS    ", "muted"), span("WHAT", "muted")], right, columns);
}

/** Where there is hardly room, what the session is about matters more. */
function costColumns(columns: number): number {
  return columns < 40 ? 0 : 9;
}

/** With a space behind it; nothing where there is no room. */
function column(line: Line, columns: number): Line {
  return columns === 0 ? [] : [...fit(line, columns), span(" ", undefined)];
}

function rowLine(row: ListedRow, columns: number, now: number): Line {
  const { session, isUnread, isAsking } = row;
  const mark = isAsking ? span("? ", "warning") : isUnread ? span("● ", "waiting") : span("  ", undefined);
  const status = isAsking ? "asks" : session.status;
  const left: Line = [
    mark,
    span(`${session.id.slice(0, 8)} `, "muted"),
    ...fit([span(status, isAsking ? "warning" : STATUS_STYLES[session.status])], 10),
    ...whatOf(row),
  ];
  const right: Line = [
    ...picturesOf(row, picturesIn(columns), now),
    ...fit([span(formatCost(session.costUsd), undefined)], costColumns(columns), "right"),
    ...fit([span(formatAge(now - Date.parse(session.createdAt)), "muted")], 6, "right"),
  ];
  return spread(left, right, columns);
}

function picturesOf({ activity, costs }: ListedRow, room: Pictures, nowMs: number): Line {
  const busy = activityLine(activity, { width: room.activity, nowMs, activityMs: ACTIVITY_MS });
  return [
    ...column([span(busy, "model")], room.activity),
    ...column([span(sparkline(costs, room.costs), "waiting")], room.costs),
  ];
}

function whatOf({ title, directory, lastLine, session }: ListedRow): Line {
  const said = session.error
    ? words(`${session.error.code}: ${session.error.message}`, "failure")
    : words(lastLine, "muted");
  const place = words(basename(directory), "linkTarget");
  const parts = [words(title), place, said].filter(({ text }) => text !== "");
  return parts.flatMap((part, index) => (index === 0 ? [part] : [span("  ", undefined), part]));
}
