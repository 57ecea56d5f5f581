/** What is selected in the list of sessions, and how the list is arranged. */
import type { App } from "../state/app.ts";
import { type Arrangement, nextSort } from "../state/arrange-sessions.ts";
import { EMPTY_EDITOR } from "../state/editor.ts";

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
  filter,
  "clear-filter": (app: App) => arrangeBy(app, { filter: "" }),
  sort: (app: App) => {
    const sort = nextSort(app.state().arrangement.sort);
    arrangeBy(app, { sort });
    app.say(`Sorted by ${sort}.`);
  },
  group: (app: App) => arrangeBy(app, { isGrouped: !app.state().arrangement.isGrouped }),
  "hide-resting": (app: App) => arrangeBy(app, { isLiveOnly: !app.state().arrangement.isLiveOnly }),
  quit: (app: App) => app.onQuit(),
} as const;

function move(app: App, by: number): void {
  const rows = app.listing.rows();
  const from = rows.findIndex(({ session }) => session.id === app.state().selected);
  const to = Math.max(0, Math.min(rows.length - 1, Math.max(from, 0) + by));
  app.set({ selected: rows[to]?.session.id });
}

function arrangeBy(app: App, change: Partial<Arrangement>): void {
  app.set({ arrangement: { ...app.state().arrangement, ...change } });
}

/** Begins empty; until something is typed the filter is as it was. */
function filter(app: App): void {
  const { arrangement, selected } = app.state();
  const onChange = (text: string) => arrangeBy(app, { filter: text });
  const onCancel = () => {
    arrangeBy(app, { filter: arrangement.filter });
    app.set({ selected });
  };
  app.set({ ask: { label: "Only sessions with", editor: EMPTY_EDITOR, onAnswer: onChange, onChange, onCancel } });
}
