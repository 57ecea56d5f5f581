import { expect, it } from "vitest";
import { editorWith } from "../state/editor.ts";
import { plainText } from "../text/line.ts";
import { createRandom, expectHarmless, hostileText } from "../text/lines.test-helper.ts";
import { displayWidth } from "../text/wrap/display-width.ts";
import { askLine } from "./ask-line.ts";

const draw = (label: string, text: string, { columns = 20, cursor = text.length } = {}) => {
  const { line, x } = askLine({ label, editor: { ...editorWith(text), cursor } }, columns);
  return { text: plainText(line).trimEnd(), x };
};

it("has what is asked before what is typed, spaces and all", () => {
  expect(draw("Name", "a  b ", { columns: 40 })).toEqual({ text: "Name: a  b", x: 11 });
});

it("shows the end of what is longer, by columns and in whole characters", () => {
  expect(draw("Name", "0123456789abcdefgh")).toEqual({ text: "Name: 56789abcdefgh", x: 19 });
  expect(draw("Name", "日本語日本語日本語")).toEqual({ text: "Name: 日本語日本語", x: 18 });
  expect(draw("Name", `${"x".repeat(20)}👩‍👩‍👧`)).toEqual({ text: `Name: ${"x".repeat(11)}👩‍👩‍👧`, x: 19 });
});

it("shows what is behind the cursor as far as it fits", () => {
  expect(draw("Name", "0123456789abcdefgh", { cursor: 2 })).toEqual({ text: "Name: 0123456789abc…", x: 8 });
});

it("leaves room to type in, however long what is asked is", () => {
  expect(draw("Which of all these colours", "red", { columns: 24 }).text).toMatch(/… red$/);
});

it("is harmless and as wide as the screen, whatever was pasted and asked", () => {
  const random = createRandom(5);
  for (let round = 0; round < 300; round += 1) {
    const columns = 20 + Math.floor(random() * 80);
    const text = hostileText(random, 8);
    const { line, x } = askLine({ label: hostileText(random, 4), editor: editorWith(text) }, columns);
    expectHarmless([line], columns);
    expect(displayWidth(plainText(line))).toBe(columns);
    expect(x).toBeLessThan(columns);
  }
});
