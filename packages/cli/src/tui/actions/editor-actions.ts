/** What keys do to the text that is being written: a prompt, or the line that is asked for. */
import type { App } from "../state/app.ts";
import type { Editor } from "../state/editor.ts";
import * as editing from "../state/editor.ts";

export const EDITOR_ACTIONS = {
  left: edit(editing.left),
  right: edit(editing.right),
  "word-left": edit(editing.wordLeft),
  "word-right": edit(editing.wordRight),
  "line-start": edit(editing.lineStart),
  "line-end": edit(editing.lineEnd),
  "delete-back": edit(editing.deleteBack),
  "delete-forward": edit(editing.deleteForward),
  "delete-word": edit(editing.deleteWordBack),
  "delete-to-start": edit(editing.deleteToLineStart),
  "delete-to-end": edit(editing.deleteToLineEnd),
  "new-line": edit((editor) => editing.insert(editor, "\n")),
  up: (app: App) => moveOrRemember(app, editing.up, -1),
  down: (app: App) => moveOrRemember(app, editing.down, 1),
  "external-editor": async (app: App) => {
    const session = app.current();
    if (!session) return;
    const written = await app.editOutside(session.editor.text, "prompt.md");
    if (written !== undefined) session.editor = editing.editorWith(written);
    app.frames.now();
  },
  "answer-ask": (app: App) => {
    const { ask } = app.state();
    app.set({ ask: undefined });
    ask?.onAnswer(ask.editor.text);
  },
  "cancel-ask": (app: App) => {
    const { ask } = app.state();
    ask?.onCancel?.();
    app.set({ ask: undefined });
  },
} as const;

/** Puts text where the cursor is. Without a place to write it goes nowhere. */
export function write(app: App, text: string): void {
  edit((editor) => editing.insert(editor, app.state().ask ? text.replaceAll("\n", " ") : text))(app);
}

function edit(change: (editor: Editor) => Editor): (app: App) => void {
  return (app) => {
    const { ask } = app.state();
    const session = app.current();
    if (ask) {
      const editor = change(ask.editor);
      app.set({ ask: { ...ask, editor } });
      if (editor.text !== ask.editor.text) ask.onChange?.(editor.text);
    } else if (session) {
      session.editor = change(session.editor);
      app.frames.now();
    }
  };
}

/** Beyond the first and the last line are the prompts of before, and what was being written. */
function moveOrRemember(app: App, move: (editor: Editor) => Editor | undefined, by: 1 | -1): void {
  const session = app.current();
  if (!session) return;
  const moved = move(session.editor);
  if (moved) session.editor = moved;
  else remember(app, by);
  app.frames.now();
}

function remember(app: App, by: 1 | -1): void {
  const session = app.current();
  const prompts = app.history.all();
  if (!session) return;
  const from = session.historyIndex ?? prompts.length;
  const to = from + by;
  if (to < 0 || to > prompts.length) return;
  if (from === prompts.length) session.draft = session.editor;
  session.editor = to === prompts.length ? session.draft : editing.editorWith(prompts[to] ?? "");
  session.historyIndex = to === prompts.length ? undefined : to;
}
