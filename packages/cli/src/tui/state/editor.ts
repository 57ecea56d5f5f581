/** A text of several lines that is being written. Pure: every function returns the next one. */

export type Editor = {
  readonly text: string;
  /** Index into `text`, in UTF-16 units, never within a character as people see it. */
  readonly cursor: number;
};

export const EMPTY_EDITOR: Editor = { text: "", cursor: 0 };

export function editorWith(text: string): Editor {
  return { text, cursor: text.length };
}

export function insert({ text, cursor }: Editor, piece: string): Editor {
  return { text: text.slice(0, cursor) + piece + text.slice(cursor), cursor: cursor + piece.length };
}

export function deleteBack(editor: Editor): Editor {
  return deleteTo(editor, left(editor).cursor);
}

export function deleteForward(editor: Editor): Editor {
  return deleteTo(editor, right(editor).cursor);
}

export function deleteWordBack(editor: Editor): Editor {
  return deleteTo(editor, wordLeft(editor).cursor);
}

export function deleteToLineStart(editor: Editor): Editor {
  return deleteTo(editor, lineStart(editor).cursor);
}

export function deleteToLineEnd(editor: Editor): Editor {
  const end = lineEnd(editor).cursor;
  return deleteTo(editor, end === editor.cursor ? right(editor).cursor : end);
}

export function left({ text, cursor }: Editor): Editor {
  return { text, cursor: characterAt(text, cursor - 1).start };
}

export function right({ text, cursor }: Editor): Editor {
  return { text, cursor: characterAt(text, cursor).end };
}

export function wordLeft({ text, cursor }: Editor): Editor {
  let at = cursor;
  while (at > 0 && isSpaceAt(text, at - 1)) at -= 1;
  while (at > 0 && !isSpaceAt(text, at - 1)) at -= 1;
  return { text, cursor: at };
}

export function wordRight({ text, cursor }: Editor): Editor {
  let at = cursor;
  while (at < text.length && isSpaceAt(text, at)) at += 1;
  while (at < text.length && !isSpaceAt(text, at)) at += 1;
  return { text, cursor: at };
}

export function lineStart({ text, cursor }: Editor): Editor {
  return { text, cursor: text.lastIndexOf("\n", cursor - 1) + 1 };
}

export function lineEnd({ text, cursor }: Editor): Editor {
  const end = text.indexOf("\n", cursor);
  return { text, cursor: end === -1 ? text.length : end };
}

/** @returns `undefined` on the first line: then the key means the history */
export function up(editor: Editor): Editor | undefined {
  const start = lineStart(editor).cursor;
  if (start === 0) return undefined;
  const above = lineStart({ ...editor, cursor: start - 1 }).cursor;
  return { ...editor, cursor: characterFrom(editor.text, Math.min(above + editor.cursor - start, start - 1)) };
}

/** @returns `undefined` on the last line: then the key means the history */
export function down(editor: Editor): Editor | undefined {
  const end = lineEnd(editor).cursor;
  if (end === editor.text.length) return undefined;
  const column = editor.cursor - lineStart(editor).cursor;
  const below = end + 1;
  const last = lineEnd({ ...editor, cursor: below }).cursor;
  return { ...editor, cursor: characterFrom(editor.text, Math.min(below + column, last)) };
}

function deleteTo({ text, cursor }: Editor, to: number): Editor {
  const [start, end] = [Math.min(cursor, to), Math.max(cursor, to)];
  return { text: text.slice(0, start) + text.slice(end), cursor: start };
}

function isSpaceAt(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at));
}

/** Where the character begins that `at` lies in: a column of the line above may cut one in two. */
function characterFrom(text: string, at: number): number {
  return at >= text.length ? text.length : characterAt(text, at).start;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A character as people see it, with what combines with it; nothing outside of the text. */
function characterAt(text: string, at: number): { start: number; end: number } {
  const found = segmenter.segment(text).containing(at);
  if (!found) return at < 0 ? { start: 0, end: 0 } : { start: text.length, end: text.length };
  return { start: found.index, end: found.index + found.segment.length };
}
