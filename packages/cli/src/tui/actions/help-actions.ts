import type { App } from "../state/app.ts";
import { createHelpView, type HelpView } from "../state/help-view.ts";
import { placeOf } from "../state/ui-state.ts";

export const HELP_ACTIONS = {
  help: (app: App) => app.set({ help: createHelpView(placeOf(app.state())) }),
  "close-help": (app: App) => app.set({ help: undefined }),
  "help-down": on((help) => help.scroll(1)),
  "help-up": on((help) => help.scroll(-1)),
  "help-page-down": on((help) => help.scrollPages(1)),
  "help-page-up": on((help) => help.scrollPages(-1)),
  "help-top": on((help) => help.toStart()),
  "help-end": on((help) => help.toEnd()),
} as const;

function on(change: (help: HelpView) => void): (app: App) => void {
  return (app) => {
    const { help } = app.state();
    if (help) change(help);
    app.frames.now();
  };
}
