/** From a key to what it does. */
import { APPROVAL_ACTIONS } from "./actions/approval-actions.ts";
import { EDITOR_ACTIONS, write } from "./actions/editor-actions.ts";
import { HELP_ACTIONS } from "./actions/help-actions.ts";
import { LIST_ACTIONS } from "./actions/list-actions.ts";
import { MANAGE_ACTIONS } from "./actions/manage-actions.ts";
import { SCROLL_ACTIONS } from "./actions/scroll-actions.ts";
import { SESSION_ACTIONS } from "./actions/session-actions.ts";
import { type ActionName, type Condition, findAction } from "./keys.ts";
import type { App } from "./state/app.ts";
import { placeOf } from "./state/ui-state.ts";

/** Every action of the table of keys; the key tells apart what one action does for several. */
const ACTIONS: Readonly<Record<ActionName, (app: App, key: string) => unknown>> = {
  ...HELP_ACTIONS,
  ...LIST_ACTIONS,
  ...MANAGE_ACTIONS,
  ...EDITOR_ACTIONS,
  ...SESSION_ACTIONS,
  ...SCROLL_ACTIONS,
  ...APPROVAL_ACTIONS,
};

/** `key` as keys.ts names it; a key that means nothing there is text where text is written. */
export function press(app: App, key: string): void {
  if (app.state().notice) app.set({ notice: undefined });
  const action = actionOf(app, key);
  if (action) app.attempt(() => ACTIONS[action](app, key));
  else if (key.length === 1) type(app, key);
}

/**
 * Text that came as a whole. Whatever is in it, nothing of it is taken for a key, and it is sent as it came: only its
 * lines end in newlines, which terminals have as carriage returns, and NUL is left out, for which no prompt has a use.
 */
export function type(app: App, text: string): void {
  const place = placeOf(app.state());
  if (place === "write" || place === "ask") write(app, text.replace(/\r\n?/g, "\n").replaceAll("\0", ""));
}

/** Text that the terminal says was pasted: then it says so of all that is. */
export function paste(app: App, text: string): void {
  app.set({ marksPastes: true });
  type(app, text);
}

/** What the key means just now, if anything. */
export function actionOf(app: App, key: string): ActionName | undefined {
  return findAction(key, placeOf(app.state()), (condition) => holds(app, condition));
}

function holds(app: App, condition: Condition): boolean {
  const session = app.current();
  switch (condition) {
    case "approval":
      return session?.approvals()[0] !== undefined;
    case "question":
      return session?.approvals()[0]?.approvalKind === "question";
    case "found":
      return session?.body.search() !== undefined;
  }
}
