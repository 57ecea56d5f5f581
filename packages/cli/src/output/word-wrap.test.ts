import { expect, it } from "vitest";
import { createWordWrap } from "./word-wrap.ts";

function wrapped(width: number, ...pieces: string[]): string {
  const wrap = createWordWrap(() => width);
  return pieces.map(wrap.push).join("") + wrap.flush();
}

it.each([
  ["breaks between words, however they come", ["one t", "wo thr", "ee", " four"], "one two\nthree\nfour"],
  ["keeps the lines and the indents there are", ["a\n\n  b c\n", "- d"], "a\n\n  b c\n- d"],
  [
    "leaves a long word whole, on a line of its own",
    ["see https://example.org/x now"],
    "see\nhttps://example.org/x\nnow",
  ],
  ["counts wide characters twice", ["日本 日本 a"], "日本\n日本 a"],
  ["leaves code as it is", ["```ts\nconst one = two;\n```\nand so on"], "```ts\nconst one = two;\n```\nand so\non"],
  ["lets no space hang over the end of a line", ["one two   \nthree"], "one two\nthree"],
])("%s", (_name, pieces, text) => {
  expect(wrapped(8, ...pieces)).toBe(text);
});

it("shows a word once it is whole, and begins anew after each flush", () => {
  const wrap = createWordWrap(() => 8);
  expect(wrap.push("one tw")).toBe("one");
  expect(wrap.push("o three")).toBe(" two");
  expect(wrap.flush()).toBe("\nthree");
  expect(wrap.push("four ")).toBe("four");
});

it("changes nothing where nobody has a width, and holds nothing back", () => {
  const wrap = createWordWrap(() => Number.POSITIVE_INFINITY);
  expect(wrap.push("one  two ")).toBe("one  two ");
  expect(wrap.push("thr")).toBe("thr");
  expect(wrap.flush()).toBe("");
});
