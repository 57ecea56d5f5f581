import type { App } from "../state/app.ts";
import { EMPTY_EDITOR } from "../state/editor.ts";
import type { SessionBody } from "../state/session-body.ts";

export const SCROLL_ACTIONS = {
  "scroll-down": on((body) => body.scroll(1)),
  "scroll-up": on((body) => body.scroll(-1)),
  "scroll-page-down": on((body) => body.scrollPages(1)),
  "scroll-page-up": on((body) => body.scrollPages(-1)),
  "scroll-top": on((body) => body.toStart()),
  "scroll-bottom": on((body) => body.toEnd()),
  search,
  "next-match": (app: App) => toMatch(app, 1),
  "previous-match": (app: App) => toMatch(app, -1),
  "end-search": on((body) => body.searchFor("")),
  "mark-next": on((body) => body.mark(1)),
  "mark-previous": on((body) => body.mark(-1)),
  "toggle-marked": on((body) => body.toggleMarked()),
  "toggle-all": on((body) => body.toggleAll()),
  "toggle-timeline": (app: App) => {
    const session = app.current();
    if (session) session.isTimelineShown = !session.isTimelineShown;
    app.frames.now();
  },
} as const;

function on(change: (body: SessionBody) => void): (app: App) => void {
  return (app) => {
    const session = app.current();
    if (!session) return;
    change(session.body);
    app.frames.now();
  };
}

/** Begins empty: what is typed is what is searched for. Left empty, nothing is searched for any more. */
function search(app: App): void {
  const body = app.current()?.body;
  if (!body) return;
  const onChange = (text: string) => {
    body.searchFor(text);
    app.frames.now();
  };
  const onAnswer = (text: string) => {
    body.searchFor(text);
    body.countMatches();
    app.frames.now();
  };
  app.set({ ask: { label: "Search", editor: EMPTY_EDITOR, onAnswer, onChange, onCancel: body.keepPlace() } });
}

function toMatch(app: App, direction: 1 | -1): void {
  const body = app.current()?.body;
  if (!body) return;
  const found = body.toMatch(direction);
  body.countMatches();
  if (found === "wrapped") app.say(direction > 0 ? "From the beginning again." : "From the end again.");
  else app.frames.now();
}
