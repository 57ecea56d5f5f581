/** Everything that is on the screen just now. */
import type { CcError } from "@cc-docker/protocol";
import { toFailure } from "../../output/describe-error.ts";
import { printableLine } from "../../output/printable.ts";
import type { App } from "../state/app.ts";
import type { Arrangement } from "../state/arrange-sessions.ts";
import type { HelpView } from "../state/help-view.ts";
import type { Ask, Notice } from "../state/ui-state.ts";
import { fillRows, type Line, span } from "../text/line.ts";
import { wrapLine } from "../text/wrap/wrap-line.ts";
import { askLine } from "./ask-line.ts";
import { cut, spread, words } from "./fit-line.ts";
import type { Frame, Size } from "./frame.ts";
import { helpLines } from "./help-lines.ts";
import { listLines, listTitle } from "./list-frame.ts";
import { sessionFrame } from "./session-frame.ts";
import { statusLines } from "./status-lines.ts";

/** Below this nothing can be read; what does not fit is cut. */
const LEAST: Size = { columns: 20, rows: 6 };

export function drawFrame(app: App, room: Size): Frame {
  const size = { columns: Math.max(room.columns, LEAST.columns), rows: Math.max(room.rows, LEAST.rows) };
  const frame = frameOf(app, size);
  return size.columns > room.columns || size.rows > room.rows ? cutFrame(frame, room) : frame;
}

function frameOf(app: App, size: Size): Frame {
  const { help, screen, ask } = app.state();
  if (help) return helpFrame(help, size);
  const frame = screen === "session" ? sessionFrame(app, size) : listFrame(app, size);
  return ask ? withAsk(frame, ask, size) : frame;
}

function helpFrame(help: HelpView, { columns, rows }: Size): Frame {
  const { lines, starts } = helpLines(columns);
  const room = rows - 2;
  const top = help.topIn({ lines: lines.length, rows: room, start: starts[help.from] ?? 0 });
  const more = top + room < lines.length ? "pagedown more" : "pageup before";
  const title = spread([span("Keys", "title")], [span(`${more}  esc closes`, "muted")], columns);
  return { lines: [title, [], ...fillRows(lines.slice(top), room)] };
}

function listFrame(app: App, size: Size): Frame {
  const { columns, rows } = size;
  const { arrangement } = app.state();
  const all = app.listing.rows();
  const at = all.findIndex(({ session }) => session.id === app.state().selected);
  const known = app.listing.total();
  const count = known === undefined ? "" : `${all.length} of ${known}`;
  const filter = arrangement.filter === "" ? [] : [span("  with ", "muted"), words(`“${arrangement.filter}”`, "match")];
  const title = spread(
    [span("Sessions ", "title"), span(` ${count}`, "muted"), ...filter],
    [span(`by ${arrangement.sort}`, "muted")],
    columns,
  );
  const view = { rows: all, selected: Math.max(0, at), isGrouped: arrangement.isGrouped, now: Date.now() };
  const status = listStatus(app, size);
  const height = rows - 2 - status.length;
  const body = all.length === 0 ? emptyLines(arrangement, known, columns) : listLines(view, { columns, rows: height });
  return { lines: [title, listTitle(columns), ...fillRows(body, height), ...status] };
}

function listStatus(app: App, size: Size): Line[] {
  const failure = app.listing.failure();
  const notice = app.state().notice ?? (failure && noticeOf(failure));
  const hint = "enter open  n new  / filter  ? help  q leave";
  return statusLines({ isAway: failure !== undefined, notice, hint }, size);
}

function noticeOf(failure: CcError): Notice {
  const { message: text, hint: todo } = toFailure(failure);
  return { text, todo, isFailure: true };
}

/** Why no session is shown, and what to do about it. */
function emptyLines({ filter, isLiveOnly }: Arrangement, known: number | undefined, columns: number): Line[] {
  const many = known === 1 ? "the one session" : `${known} sessions`;
  if (known === undefined) return [[], [span("  …", "muted")]];
  const text =
    known === 0
      ? "No sessions. n makes one."
      : filter !== ""
        ? `Nothing in ${many} has “${printableLine(filter)}”. esc shows all again.`
        : isLiveOnly
          ? `${many} at rest, which are hidden. a shows them.`
          : "";
  return [
    [],
    ...wrapLine([words(text, "muted")], Math.max(2, columns - 2)).map((line) => [span("  ", undefined), ...line]),
  ];
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
