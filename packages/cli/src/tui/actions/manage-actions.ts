/** Sessions are made, named, paused, stopped and removed. */
import type { CreateSession, Session } from "@cc-docker/client";
import type { App } from "../state/app.ts";
import { EMPTY_EDITOR, editorWith } from "../state/editor.ts";

export const MANAGE_ACTIONS = {
  new: (app: App) => create(app, { ...here(app), config: { permissionMode: "ask" } }),
  "new-unasked": (app: App) => create(app, here(app)),
  "new-empty": (app: App) => create(app, {}),
  fork: (app: App) =>
    withSession(app, async ({ id: sessionId }) => {
      const { id } = await app.client.sessions.fork.mutate({ sessionId });
      app.listing.refresh();
      app.show(id);
    }),
  rename: (app: App) => withSession(app, (session) => rename(app, session)),
  pause: (app: App) =>
    withSession(app, async ({ id: sessionId, status }) => {
      const { pause, resume } = app.client.sessions;
      await (status === "paused" ? resume : pause).mutate({ sessionId });
      app.listing.refresh();
    }),
  stop: (app: App) =>
    withSession(app, async ({ id: sessionId }) => {
      await app.client.sessions.stop.mutate({ sessionId });
      app.listing.refresh();
    }),
  remove: (app: App) => withSession(app, (session) => askToRemove(app, session)),
} as const;

function here({ directory: path }: App): CreateSession {
  return { workspace: { type: "host", path } };
}

function withSession(app: App, work: (session: Session) => unknown): unknown {
  const session = app.selectedRow()?.session;
  return session && work(session);
}

async function create(app: App, session: CreateSession): Promise<void> {
  const { id } = await app.client.sessions.create.mutate(session);
  app.listing.refresh();
  app.show(id);
}

/** An empty name takes the name away. */
function rename(app: App, { id: sessionId, name = "" }: Session): void {
  const onAnswer = (text: string) =>
    app.attempt(async () => {
      await app.client.sessions.update.mutate({ sessionId, name: text.trim() || null });
      app.listing.refresh();
    });
  app.set({ ask: { label: "Name", editor: editorWith(name), onAnswer } });
}

function askToRemove(app: App, { id: sessionId }: Session): void {
  const id = sessionId.slice(0, 8);
  const onAnswer = (text: string) => {
    if (text.trim() !== "yes") return app.say("Nothing was removed.");
    app.attempt(async () => {
      await app.client.sessions.delete.mutate({ sessionId });
      app.close(sessionId);
      app.listing.refresh();
      app.say(`${id} was removed.`);
    });
  };
  app.set({ ask: { label: `Remove ${id} with its files and its log? Type yes`, editor: EMPTY_EDITOR, onAnswer } });
}
