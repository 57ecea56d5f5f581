/** Breaks a text between words while it comes in pieces, so that no terminal breaks it within one. */

export type WordWrap = {
  /** The next piece; its last word is held back until it is whole. */
  push(piece: string): string;
  /** What is held back. What comes next begins a line. */
  flush(): string;
};

/** A word that is longer is not waited for. */
const MAX_HELD = 500;
const TOKENS = /\n|[^\S\n]+|\S+/g;
const FENCE = /^(?:```|~~~)/;

/**
 * `columns`: how wide the lines may be just now; not wrapped when infinite. Code between fences stays as it is, for it is
 * copied; so does a word that fits no line.
 */
export function createWordWrap(columns: () => number): WordWrap {
  let held = "";
  let spaces = "";
  let column = 0;
  let isCode = false;

  function push(piece: string): string {
    if (columns() === Number.POSITIVE_INFINITY && held === "" && spaces === "") return piece;
    const text = held + piece;
    const end = text.length - (/\S*$/.exec(text)?.[0].length ?? 0);
    const isHeld = text.length - end <= MAX_HELD;
    held = isHeld ? text.slice(end) : "";
    return (text.slice(0, isHeld ? end : text.length).match(TOKENS) ?? []).map(place).join("");
  }

  function place(token: string): string {
    if (token === "\n") return newLine();
    if (token.trim() === "") {
      spaces += token;
      return "";
    }
    return placeWord(token);
  }

  function newLine(): string {
    [spaces, column] = ["", 0];
    return "\n";
  }

  function placeWord(word: string): string {
    if (column === 0 && FENCE.test(word)) isCode = !isCode;
    const [before, width] = [spaces, widthOf(word)];
    spaces = "";
    if (column > 0 && !isCode && column + before.length + width > columns()) {
      column = width;
      return `\n${word}`;
    }
    column += before.length + width;
    return `${before}${word}`;
  }

  function flush(): string {
    const rest = held === "" ? "" : placeWord(held);
    [held, spaces, column, isCode] = ["", "", 0, false];
    return rest;
  }

  return { push, flush };
}

/** Rather more than less: no character is wider than two columns. */
function widthOf(word: string): number {
  return word.length + (word.match(/[\u1100-\uffff]/g)?.length ?? 0);
}
