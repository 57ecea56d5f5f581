import { expect, it } from "vitest";
import { editorWith } from "../state/editor.ts";
import { plainText } from "../text/line.ts";
import { editorLines } from "./editor-lines.ts";

const draw = (text: string, { columns = 11, maxRows = 4, cursor = text.length } = {}) => {
  const { lines, cursor: at } = editorLines({ ...editorWith(text), cursor }, columns, maxRows);
  return { rows: lines.map(plainText), at };
};

it("wraps what is wider than the screen, with room for the cursor at each row's end", () => {
  expect(draw("0123456789ab")).toEqual({ rows: ["0123456789", "ab"], at: { x: 2, y: 1 } });
});

it("puts the cursor behind wide characters, by their columns", () => {
  expect(draw("日本x", { cursor: 2 }).at).toEqual({ x: 4, y: 0 });
});

it("shows by their code what cannot be seen, with the cursor behind it", () => {
  expect(draw("a\u001bb", { cursor: 2 })).toEqual({ rows: ["a\\x1bb"], at: { x: 5, y: 0 } });
  expect(draw("0123456\u202e8", { cursor: 8 })).toEqual({ rows: ["0123456\\u2", "02e8"], at: { x: 3, y: 1 } });
});

it("shows the rows around the cursor when there are more than fit", () => {
  const text = Array.from({ length: 30 }, (_, n) => `line ${n}`).join("\n");
  expect(draw(text)).toEqual({ rows: ["line 26", "line 27", "line 28", "line 29"], at: { x: 7, y: 3 } });
  expect(draw(text, { cursor: 0 })).toEqual({ rows: ["line 0", "line 1", "line 2", "line 3"], at: { x: 0, y: 0 } });
});

it("is one empty row without a text", () => {
  expect(draw("")).toEqual({ rows: [""], at: { x: 0, y: 0 } });
});
