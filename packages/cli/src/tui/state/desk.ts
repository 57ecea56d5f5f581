/** What a person has begun in a session, and where they look in it: it outlasts the following of the session. */
import { type Editor, EMPTY_EDITOR } from "./editor.ts";
import { createSessionBody, type SessionBody } from "./session-body.ts";

/** `key`: under the same one a prompt runs once, however often it is sent. `sinceMs`: by `performance.now()`. */
export type Sending = { readonly text: string; readonly key: string; readonly sinceMs: number };

/** Most prompts are taken sooner, and show nothing of it. */
export const SHOWN_AFTER_MS = 300;

export type Desk = {
  editor: Editor;
  /** What was being written when the history was opened. */
  draft: Editor;
  /** The prompt of the history that is in the editor; `undefined` when none is. */
  historyIndex: number | undefined;
  /** Prompts that the gateway has not taken yet. */
  readonly sending: Set<Sending>;
  /** The prompt that failed to be sent: it may have been taken all the same. */
  unsent: Sending | undefined;
  readonly body: SessionBody;
  /** The newest turn's timeline stands above the editor. */
  isTimelineShown: boolean;
  /** By open approval: what was answered of its questions so far. */
  readonly answers: Map<string, Record<string, string>>;
};

export function createDesk(): Desk {
  return {
    ...{ editor: EMPTY_EDITOR, draft: EMPTY_EDITOR, historyIndex: undefined, isTimelineShown: false },
    ...{ body: createSessionBody(), answers: new Map(), sending: new Set(), unsent: undefined },
  };
}

/** The desk as it is now, for who sits down at it again. */
export function leaveDesk(desk: Desk): Desk {
  const { editor, draft, historyIndex, sending, unsent, body, isTimelineShown, answers } = desk;
  return { editor, draft, historyIndex, sending, unsent, body, isTimelineShown, answers };
}
