/** What a person has begun in a session, and where they look in it: it outlasts the following of the session. */
import { type Editor, EMPTY_EDITOR } from "./editor.ts";
import { createSessionBody, type SessionBody } from "./session-body.ts";

export type Desk = {
  editor: Editor;
  /** What was being written when the history was opened. */
  draft: Editor;
  /** The prompt of the history that is in the editor; `undefined` when none is. */
  historyIndex: number | undefined;
  readonly body: SessionBody;
  /** The newest turn's timeline stands above the editor. */
  isTimelineShown: boolean;
  /** By open approval: what was answered of its questions so far. */
  readonly answers: Map<string, Record<string, string>>;
};

export function createDesk(): Desk {
  return {
    ...{ editor: EMPTY_EDITOR, draft: EMPTY_EDITOR, historyIndex: undefined, isTimelineShown: false },
    ...{ body: createSessionBody(), answers: new Map() },
  };
}

/** The desk as it is now, for who sits down at it again. */
export function leaveDesk({ editor, draft, historyIndex, body, isTimelineShown, answers }: Desk): Desk {
  return { editor, draft, historyIndex, body, isTimelineShown, answers };
}
