import type { SessionConfig } from "@cc-docker/client";
import type { App } from "../state/app.ts";
import { nextSort } from "../state/arrange-sessions.ts";
import { EMPTY_EDITOR, editorWith } from "../state/editor.ts";

/** Far more than any list has. */
const END = Number.MAX_SAFE_INTEGER;
const PAGE = 10;

export const LIST_ACTIONS = {
  "next-row": (app: App) => move(app, 1),
  "previous-row": (app: App) => move(app, -1),
  "page-down": (app: App) => move(app, PAGE),
  "page-up": (app: App) => move(app, -PAGE),
  "first-row": (app: App) => move(app, -END),
  "last-row": (app: App) => move(app, END),
  open: (app: App) => {
    const selected = app.selectedRow();
    if (selected) app.show(selected.session.id);
  },
  new: (app: App) => create(app, {}),
  "new-asking": (app: App) => create(app, { permissionMode: "ask" }),
  filter,
  "clear-filter": (app: App) => setFilter(app, ""),
  sort: (app: App) => {
    const { arrangement } = app.state();
    const sort = nextSort(arrangement.sort);
    app.set({ arrangement: { ...arrangement, sort } });
    app.say(`Sorted by ${sort}.`);
  },
  group: (app: App) => {
    const { arrangement } = app.state();
    app.set({ arrangement: { ...arrangement, isGrouped: !arrangement.isGrouped } });
  },
  "hide-resting": (app: App) => {
    const { arrangement } = app.state();
    app.set({ arrangement: { ...arrangement, isLiveOnly: !arrangement.isLiveOnly } });
  },
  pause: async (app: App) => {
    const session = app.selectedRow()?.session;
    if (!session) return;
    const move = session.status === "paused" ? app.client.sessions.resume : app.client.sessions.pause;
    await move.mutate({ sessionId: session.id });
    app.listing.refresh();
  },
  stop: async (app: App) => {
    const session = app.selectedRow()?.session;
    if (!session) return;
    await app.client.sessions.stop.mutate({ sessionId: session.id });
    app.listing.refresh();
  },
  remove,
  quit: (app: App) => app.onQuit(),
} as const;

function move(app: App, by: number): void {
  const rows = app.listing.rows();
  const from = rows.findIndex(({ session }) => session.id === app.state().selected);
  const to = Math.max(0, Math.min(rows.length - 1, Math.max(from, 0) + by));
  app.set({ selected: rows[to]?.session.id });
}

async function create(app: App, config: SessionConfig): Promise<void> {
  const { id } = await app.client.sessions.create.mutate({ config });
  app.listing.refresh();
  app.show(id);
}

function filter(app: App): void {
  const onChange = (text: string) => setFilter(app, text);
  const editor = editorWith(app.state().arrangement.filter);
  app.set({ ask: { label: "Only sessions with", editor, onAnswer: onChange, onChange } });
}

function setFilter(app: App, text: string): void {
  app.set({ arrangement: { ...app.state().arrangement, filter: text } });
}

function remove(app: App): void {
  const session = app.selectedRow()?.session;
  if (!session) return;
  const id = session.id.slice(0, 8);
  const onAnswer = (text: string) => {
    if (text.trim() !== "yes") return app.say("Nothing was removed.");
    app.attempt(async () => {
      await app.client.sessions.delete.mutate({ sessionId: session.id });
      app.close(session.id);
      app.listing.refresh();
      app.say(`${id} removed.`);
    });
  };
  app.set({ ask: { label: `Remove ${id} with its files and its log? Type yes`, editor: EMPTY_EDITOR, onAnswer } });
}
