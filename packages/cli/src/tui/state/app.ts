/** The UI without a screen: what it knows and what can be done with it. Frames draw it, actions change it. */
import type { Client, SessionId } from "@cc-docker/client";
import { toFailure } from "../../output/describe-error.ts";
import type { ListedRow } from "../frame/list-frame.ts";
import type { Highlight } from "../text/code/layout-code.ts";
import { createFrames, type Frames } from "./frames.ts";
import { createListing, type Listing } from "./listing.ts";
import type { OpenSession } from "./open-session.ts";
import { createOpenSessions, type OpenSessions } from "./open-sessions.ts";
import type { PromptHistory } from "./prompt-history.ts";
import { FIRST_STATE, type UiState } from "./ui-state.ts";

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

export type App = AppDeps & {
  readonly frames: Frames;
  readonly listing: Listing;
  readonly sessions: OpenSessions;
  state(): UiState;
  /** Changes the state and draws. */
  set(change: Partial<UiState>): void;
  /** Shows it until the next key. */
  say(text: string): void;
  /** Runs what may fail, and shows why it did. */
  attempt(work: () => unknown): void;
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
  const isShown = (id: SessionId) => state.screen === "session" && state.current === id;
  const sessions = createOpenSessions({
    ...{ client, signal, isShown, onChange: frames.soon },
    onUnanswered: (error) => sayFailure(error),
  });
  const listing = createListing({
    client,
    signal,
    sessions,
    arrangement: () => state.arrangement,
    onChange: frames.soon,
  });
  let state = FIRST_STATE;
  signal.addEventListener("abort", frames.close);

  function set(change: Partial<UiState>): void {
    state = { ...state, ...change };
    frames.now();
  }

  function say(text: string, isFailure = false): void {
    if (!signal.aborted) set({ notice: { text, isFailure } });
  }

  function sayFailure(error: unknown): void {
    const { code, message, hint } = toFailure(error);
    say(`${code}: ${message} ${hint}`, true);
  }

  async function run(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      sayFailure(error);
    }
  }

  function show(id: SessionId): void {
    sessions.open(id).isUnread = false;
    set({ screen: "session", mode: "write", current: id, selected: id });
  }

  function close(id: SessionId): void {
    const next = sessions.close(id);
    if (state.current !== id) return frames.now();
    if (next === undefined || state.screen === "list") set({ screen: "list", current: next });
    else show(next);
  }

  function selectedRow(): ListedRow | undefined {
    const all = listing.rows();
    return all.find(({ session }) => session.id === state.selected) ?? all[0];
  }

  return {
    ...deps,
    frames,
    listing,
    sessions,
    state: () => state,
    set,
    say,
    attempt: (work) => void run(work),
    selectedRow,
    current: () =>
      state.screen === "session" && state.current !== undefined ? sessions.find(state.current) : undefined,
    show,
    close,
    useHighlight(highlight) {
      sessions.useHighlight(highlight);
      frames.soon();
    },
  };
}
