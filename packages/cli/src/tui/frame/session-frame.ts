/** A session: what happened in it, what the agent asks, the prompts that wait, and where the next one is written. */
import { sessionView } from "@cc-docker/client";
import { printableLine } from "../../output/printable.ts";
import type { App } from "../state/app.ts";
import type { Search } from "../state/looking.ts";
import type { OpenSession } from "../state/open-session.ts";
import type { UiState } from "../state/ui-state.ts";
import { fillRows, type Line, span } from "../text/line.ts";
import { editorLines } from "./editor-lines.ts";
import { cut, widthOf } from "./fit-line.ts";
import type { Frame, Size } from "./frame.ts";
import { pendingLines } from "./pending-lines.ts";
import { termsLine, welcomeLines } from "./session-terms.ts";
import { statusLines } from "./status-lines.ts";
import { tabsLine } from "./tabs-line.ts";

const PROMPT_MARK = "› ";
const MAX_EDITOR_ROWS = 8;

export function sessionFrame(app: App, size: Size): Frame {
  const session = app.current();
  if (!session) return { lines: fillRows([], size.rows) };
  const { columns, rows } = size;
  const isWriting = app.state().mode === "write";
  const maxRows = Math.min(MAX_EDITOR_ROWS, Math.floor(rows / 3));
  const editor = editorLines(session.editor, columns - PROMPT_MARK.length, maxRows);
  const status = statusOf(app, session, size);
  const room = rows - editor.lines.length - 2 - status.length; // tabs, ruler
  const pending = pendingLines({ session, isWriting }, columns, Math.floor(room * 0.7));
  const body = bodyOf(app, session, { columns, rows: Math.max(0, room - pending.length) });
  const above = [tabs(app, columns), ...body, ...pending, ruler(app, session, columns)];
  const written = editor.lines.map((line, row) => [span(row === 0 ? PROMPT_MARK : "  ", "prompt"), ...line]);
  const cursor = { x: editor.cursor.x + PROMPT_MARK.length, y: above.length + editor.cursor.y };
  return { lines: [...above, ...written, ...status], cursor: isWriting ? cursor : undefined };
}

/** What happened; before anything has, what there is to know. */
function bodyOf({ listing }: App, session: OpenSession, room: Size): Line[] {
  const view = session.view();
  const lines = session.body.draw(view, room);
  const known = listing.find(session.id);
  const isNew = known !== undefined && view.lastSeq >= known.lastSeq && sessionView.count(view) === 0;
  if (!isNew || view.queued.length > 0) return lines;
  const from = known.forkedFrom;
  const parent = from && listing.find(from.sessionId) && listing.titleOf(from.sessionId);
  return fillRows(welcomeLines(known, parent, room.columns), room.rows);
}

function tabs(app: App, columns: number): Line {
  const shown = app.sessions.ids().flatMap((id) => {
    const session = app.sessions.find(id);
    if (!session) return [];
    const isCurrent = id === app.state().current;
    const isRunning = session.isTurnRunning();
    return [
      {
        title: app.listing.titleOf(id),
        isCurrent,
        isUnread: session.isUnread,
        isAsking: session.approvals().length > 0,
        isRunning,
      },
    ];
  });
  return tabsLine(shown, columns);
}

/** Between what was and what will be: on which terms, how far from the end the screen is, what is searched for. */
function ruler(app: App, { id, body }: OpenSession, columns: number): Line {
  const search = body.search();
  const found = search ? `“${printableLine(search.text)}” ${countWords(search)}  ` : "";
  const place = body.isAtEnd() ? "" : `${Math.floor(body.share() * 100)} %, G to the end `;
  const said = `${found}${place}` === "" ? [] : cut([span(` ${found}${place}`, "waiting")], columns);
  const known = app.listing.find(id);
  const terms = known ? cut(termsLine(known, columns - widthOf(said) - 4), columns - widthOf(said)) : [];
  const gap = columns - widthOf([...terms, ...said]);
  const dashes = (count: number) => span("─".repeat(Math.max(0, count)), "mark");
  return [dashes(Math.min(2, gap)), ...terms, dashes(gap - 2), ...said];
}

function countWords({ isFound, count }: Search): string {
  if (!isFound) return "is not here";
  if (!count) return "is here";
  const total = `${count.total}${count.isCut ? "+" : ""}`;
  return count.current === undefined ? `${total} found` : `${count.current} of ${total}`;
}

function statusOf(app: App, session: OpenSession, size: Size): Line[] {
  const { mode, notice } = app.state();
  const gone = session.failure();
  const status = {
    view: session.view(),
    config: app.listing.find(session.id)?.config,
    isAsking: session.approvals().length > 0,
    isInterrupting: session.isInterrupting(),
    isAway: session.isAway() || app.listing.failure() !== undefined,
    notice: notice ?? (gone && { text: gone.message, isFailure: true, todo: "w in reading closes this session." }),
    hint: hintOf(mode, session),
  };
  return statusLines(status, size);
}

/** What is pressed next, most likely. */
function hintOf(mode: UiState["mode"], session: OpenSession): string {
  const isWriting = mode === "write";
  if (session.isTurnRunning()) return isWriting ? "ctrl+c interrupt  esc read" : "x interrupt  i write  ? help";
  if (!isWriting && session.body.search()) return "n next  N before  esc ends the search";
  return isWriting ? "enter send  esc read  alt+h help" : "i write  / search  ? help  q back";
}
