/** The UI without a screen: what it knows and what can be done with it. Frames draw it, actions change it. */
import type { Client, SessionId } from "@cc-docker/client";
import type { Highlight } from "../text/code/layout-code.ts";
import type { ListedRow } from "./arrange-sessions.ts";
import { createFrames, type Frames } from "./frames.ts";
import { createListing, type Listing } from "./listing.ts";
import type { OpenSession } from "./open-session.ts";
import { createOpenSessions, type OpenSessions } from "./open-sessions.ts";
import type { PromptHistory } from "./prompt-history.ts";
import { createSeenTurns } from "./seen-turns.ts";
import { createUiState, type Ui } from "./ui.ts";

export type AppDeps = {
  client: Client;
  history: PromptHistory;
  /** Where the person is. */
  directory: string;
  /** Ends everything that goes on. */
  signal: AbortSignal;
  onQuit: () => void;
  /** Hands a text to a person's own editor and the terminal with it. @returns `undefined` when it was left as it was */
  editOutside: (text: string, fileName: string) => Promise<string | undefined>;
};

export type App = AppDeps &
  Ui & {
    readonly frames: Frames;
    readonly listing: Listing;
    readonly sessions: OpenSessions;
    /** The row that keys of the list are about. */
    selectedRow(): ListedRow | undefined;
    /** The open session that is shown, if one is. */
    current(): OpenSession | undefined;
    /** Follows the session if it was not followed, and shows it. */
    show(id: SessionId): void;
    /** Follows it no more. */
    close(id: SessionId): void;
    /** Code is coloured from now on. */
    useHighlight(highlight: Highlight): void;
  };

export function createApp(deps: AppDeps): App {
  const { client, signal } = deps;
  const frames = createFrames();
  const ui = createUiState(frames, signal);
  const { state, set } = ui;
  const isShown = (id: SessionId) => state().screen === "session" && state().current === id;
  const heard = { client, signal, onChange: frames.soon };
  const seen = createSeenTurns();
  const sessions = createOpenSessions({ ...heard, seen, isShown, onLeave: (id) => listing.remember(id) });
  const listing = createListing({ ...heard, seen, sessions, arrangement: () => state().arrangement });
  signal.addEventListener("abort", frames.close);
  deps.history.listen((text) => set({ notice: { text, isFailure: true } }));

  function show(id: SessionId): void {
    sessions.open(id).isUnread = false;
    set({ screen: "session", mode: "write", current: id, selected: id });
  }

  function close(id: SessionId): void {
    const next = sessions.close(id);
    if (state().current !== id) return frames.now();
    if (next === undefined || state().screen === "list") set({ screen: "list", current: next });
    else show(next);
  }

  function selectedRow(): ListedRow | undefined {
    const all = listing.rows();
    const found = all.find(({ session }) => session.id === state().selected);
    const [first] = all;
    if (found || !first) return found;
    set({ selected: first.session.id }); // what comes above it later must not be what a key is about
    return first;
  }

  function current(): OpenSession | undefined {
    const { screen, current: id } = state();
    return screen === "session" && id !== undefined ? sessions.find(id) : undefined;
  }

  function useHighlight(highlight: Highlight): void {
    sessions.useHighlight(highlight);
    frames.soon();
  }

  return { ...deps, ...ui, frames, listing, sessions, selectedRow, current, show, close, useHighlight };
}
