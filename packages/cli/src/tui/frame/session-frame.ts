/** A session: what happened in it, what the agent asks, the prompts that wait, and where the next one is written. */
import type { App } from "../state/app.ts";
import type { OpenSession } from "../state/open-session.ts";
import { fillRows, type Line, span } from "../text/line.ts";
import { displayWidth } from "../text/wrap/display-width.ts";
import { truncateLine } from "../text/wrap/wrap-line.ts";
import { editorLines } from "./editor-lines.ts";
import { words } from "./fit-line.ts";
import type { Frame, Size } from "./frame.ts";
import { pendingLines } from "./pending-lines.ts";
import { statusLine } from "./status-line.ts";
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
  const room = rows - editor.lines.length - 3; // tabs, ruler, status
  const pending = pendingLines({ session, isWriting }, columns, Math.floor(room * 0.7));
  const body = session.body.draw(session.view(), { columns, rows: room - pending.length });
  const above = [tabs(app, columns), ...body, ...pending, ruler(session, columns)];
  const written = editor.lines.map((line, row) => [span(row === 0 ? PROMPT_MARK : "  ", "prompt"), ...line]);
  const cursor = { x: editor.cursor.x + PROMPT_MARK.length, y: above.length + editor.cursor.y };
  return { lines: [...above, ...written, statusOf(app, session, columns)], cursor: isWriting ? cursor : undefined };
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

/** Between what was and what will be; says how far from the end the screen is, and what is searched for. */
function ruler({ body }: OpenSession, columns: number): Line {
  const search = body.search();
  const found = search ? `“${search.text}” ${search.isFound ? "n next, N before" : "is not here"}  ` : "";
  const place = body.isAtEnd() ? "" : `${Math.floor(body.share() * 100)} %, G to the end  `;
  const said = words(` ${found}${place}`, "waiting");
  const width = Math.min(columns, displayWidth(said.text));
  return [span("─".repeat(columns - width), "mark"), ...truncateLine([said], Math.max(2, width))];
}

function statusOf(app: App, session: OpenSession, columns: number): Line {
  const { mode, notice } = app.state();
  const hint = mode === "write" ? "enter send  esc read  alt+h help" : "i write  / search  ? help  q back";
  const gone = session.failure();
  const status = {
    view: session.view(),
    config: app.listing.find(session.id)?.config,
    isAsking: session.approvals().length > 0,
    isAway: session.isAway() || app.listing.failure() !== undefined,
    notice: notice ?? (gone && { text: `${gone.message} w closes this.`, isFailure: true }),
    hint,
  };
  return statusLine(status, columns);
}
