import type { App } from "../state/app.ts";
import { type Sending, SHOWN_AFTER_MS } from "../state/desk.ts";
import { EMPTY_EDITOR } from "../state/editor.ts";

export const SESSION_ACTIONS = {
  read: (app: App) => app.set({ mode: "read" }),
  write: (app: App) => app.set({ mode: "write" }),
  leave,
  send,
  interrupt,
  "interrupt-or-clear": async (app: App) => {
    const session = app.current();
    if (!session) return;
    if (session.isTurnRunning()) return interrupt(app);
    if (session.editor.text === "") return leave(app);
    session.editor = EMPTY_EDITOR;
    app.frames.now();
  },
  "next-session": (app: App) => switchBy(app, 1),
  "previous-session": (app: App) => switchBy(app, -1),
  "go-to-session": (app: App, key: string) => {
    const id = app.sessions.ids()[Number(key.at(-1)) - 1];
    if (id) app.show(id);
  },
  "close-session": (app: App) => {
    const { current } = app.state();
    if (current) app.close(current);
  },
} as const;

function leave(app: App): void {
  app.set({ screen: "list", selected: app.state().current });
  app.listing.refresh();
}

/** The prompt is gone from the editor at once, and back in it, or in the history, if the gateway refuses it. */
async function send(app: App): Promise<void> {
  const session = app.current();
  if (!session) return;
  const { editor } = session;
  if (editor.text.trim() === "") return;
  Object.assign(session, { editor: EMPTY_EDITOR, draft: EMPTY_EDITOR, historyIndex: undefined });
  session.body.toEnd();
  app.frames.now();
  app.history.add(editor.text);
  const { text } = editor;
  const key = session.unsent?.text === text ? session.unsent.key : crypto.randomUUID();
  const sending: Sending = { text, key, sinceMs: performance.now() };
  session.sending.add(sending);
  const late = setTimeout(app.frames.soon, SHOWN_AFTER_MS);
  try {
    await app.client.chat.send.mutate({ sessionId: session.id, prompt: text, idempotencyKey: key });
    session.unsent = undefined;
  } catch (error) {
    session.unsent = sending;
    if (session.editor.text === "") session.editor = editor;
    throw error;
  } finally {
    clearTimeout(late);
    session.sending.delete(sending);
    app.frames.soon();
  }
}

async function interrupt(app: App): Promise<void> {
  const session = app.current();
  if (!session?.isTurnRunning()) return app.say("No turn runs.");
  const takeBack = session.markInterrupting();
  app.frames.now();
  try {
    await app.client.chat.interrupt.mutate({ sessionId: session.id });
  } catch (error) {
    takeBack();
    throw error;
  }
}

function switchBy(app: App, by: number): void {
  const ids = app.sessions.ids();
  const from = ids.findIndex((id) => id === app.state().current);
  const to = ids[(from + by + ids.length) % ids.length];
  if (to) app.show(to);
}
