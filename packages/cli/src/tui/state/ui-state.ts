/** What the UI shows besides the sessions themselves. Replaced, never changed in place. */
import type { SessionId } from "@cc-docker/client";
import type { Place } from "../keys.ts";
import { type Arrangement, FIRST_ARRANGEMENT } from "./arrange-sessions.ts";
import type { Editor } from "./editor.ts";
import type { HelpView } from "./help-view.ts";

/** One line that is asked for at the bottom. */
export type Ask = {
  readonly label: string;
  readonly editor: Editor;
  /** With what was written, when Enter ends it. */
  readonly onAnswer: (text: string) => void;
  /** With each change, for who shows its effect at once. */
  readonly onChange?: (text: string) => void;
  /** When it is taken back: what `onChange` has done is undone. */
  readonly onCancel?: () => void;
};

export type Notice = {
  readonly text: string;
  readonly isFailure: boolean;
  /** What to do about it; shown also where the text has no room. */
  readonly todo?: string;
};

export type UiState = {
  readonly screen: "list" | "session";
  /** Of a session: whether letters are commands or text. */
  readonly mode: "read" | "write";
  /** `undefined` while it is closed. */
  readonly help?: HelpView | undefined;
  readonly ask?: Ask | undefined;
  /** Something to say once: the next key takes it away. */
  readonly notice?: Notice | undefined;
  /** The terminal is known to mark what is pasted. */
  readonly marksPastes: boolean;
  readonly arrangement: Arrangement;
  readonly selected?: SessionId | undefined;
  /** The session that is shown, one of the open ones. */
  readonly current?: SessionId | undefined;
};

export const FIRST_STATE: UiState = {
  screen: "list",
  mode: "write",
  marksPastes: false,
  arrangement: FIRST_ARRANGEMENT,
};

/** Where keys go. */
export function placeOf({ screen, mode, help, ask }: UiState): Place {
  if (help !== undefined) return "help";
  if (ask !== undefined) return "ask";
  return screen === "list" ? "list" : mode;
}
