import type { App } from "../state/app.ts";

export const HELP_ACTIONS = {
  help: (app: App) => app.set({ helpTop: 0 }),
  "close-help": (app: App) => app.set({ helpTop: undefined }),
  "help-down": (app: App) => scroll(app, 1),
  "help-up": (app: App) => scroll(app, -1),
} as const;

function scroll(app: App, by: number): void {
  app.set({ helpTop: Math.max(0, (app.state().helpTop ?? 0) + by) });
}
