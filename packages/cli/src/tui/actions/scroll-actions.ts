import type { App } from "../state/app.ts";
import { editorWith } from "../state/editor.ts";
import type { SessionBody } from "../state/session-body.ts";

export const SCROLL_ACTIONS = {
  "scroll-down": on((body) => body.scroll(1)),
  "scroll-up": on((body) => body.scroll(-1)),
  "scroll-page-down": on((body) => body.scrollPages(1)),
  "scroll-page-up": on((body) => body.scrollPages(-1)),
  "scroll-top": on((body) => body.toStart()),
  "scroll-bottom": on((body) => body.toEnd()),
  search,
  "next-match": on((body) => body.toMatch(1)),
  "previous-match": on((body) => body.toMatch(-1)),
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

function search(app: App): void {
  const body = app.current()?.body;
  if (!body) return;
  const onAnswer = (text: string) => {
    body.searchFor(text);
    app.frames.now();
  };
  app.set({ ask: { label: "Search", editor: editorWith(body.search()?.text ?? ""), onAnswer, onChange: onAnswer } });
}
