import { expect, it } from "vitest";
import { wrapWords } from "./wrap-words.ts";

it.each<[string, string, string[]]>([
  ["breaks between words", "one two three", ["one two", "three"]],
  ["leaves what fits as it is", "  a    b", ["  a    b"]],
  ["fills a line to its last column", "one four five", ["one four", "five"]],
  ["indents as the first is", "  one two three", ["  one", "  two", "  three"]],
  ["leaves a long word whole", "/a/long/path is here", ["/a/long/path", "is here"]],
  ["leaves a long word whole at the end", "at /a/long/path", ["at", "/a/long/path"]],
  ["leaves a single long word whole", "  /a/long/path", ["  /a/long/path"]],
  ["keeps the space at the end of a question", "really? [Y/n] ", ["really?", "[Y/n] "]],
])("%s", (_name, line, lines) => {
  expect(wrapWords(line, 8)).toEqual(lines);
});
