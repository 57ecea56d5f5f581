/** Everything that is on the screen just now. */
import type { App } from "../state/app.ts";
import type { Ask } from "../state/ui-state.ts";
import { fillRows, type Line, span } from "../text/line.ts";
import { askLine } from "./ask-line.ts";
import { cut, spread, words } from "./fit-line.ts";
import type { Frame, Size } from "./frame.ts";
import { helpLines } from "./help-lines.ts";
import { listLines, listTitle } from "./list-frame.ts";
import { sessionFrame } from "./session-frame.ts";
import { statusLine } from "./status-line.ts";

/** Below this nothing can be read; what does not fit is cut. */
const LEAST: Size = { columns: 20, rows: 6 };

export function drawFrame(app: App, room: Size): Frame {
  const size = { columns: Math.max(room.columns, LEAST.columns), rows: Math.max(room.rows, LEAST.rows) };
  const frame = frameOf(app, size);
  return size.columns > room.columns || size.rows > room.rows ? cutFrame(frame, room) : frame;
}

function frameOf(app: App, size: Size): Frame {
  const { helpTop, screen, ask } = app.state();
  if (helpTop !== undefined) return helpFrame(helpTop, size);
  const frame = screen === "session" ? sessionFrame(app, size) : listFrame(app, size);
  return ask ? withAsk(frame, ask, size) : frame;
}

function helpFrame(top: number, { columns, rows }: Size): Frame {
  const lines = helpLines(columns);
  const first = Math.max(0, Math.min(top, lines.length - rows + 2));
  const title = spread([span("Keys", "title")], [span("up, down  esc closes", "muted")], columns);
  return { lines: [title, [], ...fillRows(lines.slice(first), rows - 2)] };
}

function listFrame(app: App, { columns, rows }: Size): Frame {
  const { arrangement } = app.state();
  const all = app.listing.rows();
  const at = all.findIndex(({ session }) => session.id === app.state().selected);
  const known = app.listing.total();
  const count = known === undefined ? "" : `${all.length} of ${known}`;
  const filter = arrangement.filter === "" ? [] : [words(`  with “${arrangement.filter}”`, "match")];
  const title = spread(
    [span("Sessions ", "title"), span(` ${count}`, "muted"), ...filter],
    [span(`by ${arrangement.sort}`, "muted")],
    columns,
  );
  const view = { rows: all, selected: Math.max(0, at), isGrouped: arrangement.isGrouped, now: Date.now() };
  const body = all.length === 0 ? emptyLines(known === undefined) : listLines(view, { columns, rows: rows - 3 });
  const failure = app.listing.failure();
  const notice = app.state().notice ?? (failure && { text: failure.message, isFailure: true });
  const status = { isAway: failure !== undefined, notice, hint: "enter open  n new  / filter  ? help  q leave" };
  return { lines: [title, listTitle(columns), ...fillRows(body, rows - 3), statusLine(status, columns)] };
}

function emptyLines(isLoading: boolean): Line[] {
  return [[], [span(isLoading ? "  …" : "  No sessions. n makes one.", "muted")]];
}

/** The last row gives way to what is asked for. */
function withAsk(frame: Frame, ask: Ask, { columns, rows }: Size): Frame {
  const { line, x } = askLine(ask, columns);
  return { lines: [...frame.lines.slice(0, rows - 1), line], cursor: { x, y: rows - 1 } };
}

/** What a terminal has no room for is left out. */
function cutFrame({ lines, cursor }: Frame, { columns, rows }: Size): Frame {
  const isSeen = cursor !== undefined && cursor.x < columns && cursor.y < rows;
  return { lines: lines.slice(0, rows).map((line) => cut(line, columns)), cursor: isSeen ? cursor : undefined };
}
