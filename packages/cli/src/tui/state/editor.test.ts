import { describe, expect, it } from "vitest";
import * as editor from "./editor.ts";

/** The cursor is the bar. */
function parse(drawn: string): editor.Editor {
  return { text: drawn.replace("|", ""), cursor: drawn.indexOf("|") };
}
const draw = ({ text, cursor }: editor.Editor) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;

describe("a text that is being written", () => {
  it.each([
    ["a character to the left", editor.left, "ab|c", "a|bc"],
    ["a whole emoji with its joiners to the left", editor.left, "a👩‍👩‍👧|", "a|👩‍👩‍👧"],
    ["nowhere at its beginning", editor.left, "|a", "|a"],
    ["a character to the right", editor.right, "a|bc", "ab|c"],
    ["over a combining mark", editor.right, "|e\u0301x", "e\u0301|x"],
    ["nowhere at its end", editor.right, "a|", "a|"],
    ["a word to the left", editor.wordLeft, "one two  |", "one |two  "],
    ["a word to the right", editor.wordRight, "one| two", "one two|"],
    ["to the start of its line", editor.lineStart, "one\ntw|o", "one\n|two"],
    ["to the end of its line", editor.lineEnd, "o|ne\ntwo", "one|\ntwo"],
  ])("moves %s", (_, move, from, to) => {
    expect(draw(move(parse(from)))).toBe(to);
  });

  it.each([
    ["the character before the cursor", editor.deleteBack, "ab|c", "a|c"],
    ["the character behind it", editor.deleteForward, "a|bc", "a|c"],
    ["the word before it", editor.deleteWordBack, "one two|!", "one |!"],
    ["up to the start of the line", editor.deleteToLineStart, "x\none|two", "x\n|two"],
    ["up to the end of the line", editor.deleteToLineEnd, "one|two\nx", "one|\nx"],
    ["the end of the line itself, at its end", editor.deleteToLineEnd, "one|\nx", "one|x"],
  ])("loses %s", (_, remove, from, to) => {
    expect(draw(remove(parse(from)))).toBe(to);
  });

  it("keeps its column from line to line as far as the line goes", () => {
    expect(draw(editor.up(parse("ab\nwxyz|")) as editor.Editor)).toBe("ab|\nwxyz");
    expect(draw(editor.down(parse("wx|yz\nabcd")) as editor.Editor)).toBe("wxyz\nab|cd");
  });

  it("says that there is no line above the first and none below the last", () => {
    expect(editor.up(parse("a|b\nc"))).toBeUndefined();
    expect(editor.down(parse("ab\nc|"))).toBeUndefined();
  });
});
