import { expect, it } from "vitest";
import { plainText } from "../line.ts";
import { createGrowingHighlight } from "./growing-highlight.ts";
import { highlight } from "./highlighter.ts";

const code = Array.from({ length: 300 }, (_, line) => `const a${line} = "text" + ${line}; // note`).join("\n");

it("colours code that grows as code that is whole", () => {
  const growing = createGrowingHighlight(highlight);
  for (let end = 0; end < code.length; end += 97) {
    const lines = growing(code.slice(0, end), "ts") ?? [];
    expect(lines.map(plainText).join("\n")).toBe(code.slice(0, end));
  }
  expect(growing(code, "ts")).toEqual(highlight(code, "ts"));
  expect(growing("# other", "sh")).toEqual(highlight("# other", "sh"));
  expect(growing("x", "unknown")).toBeUndefined();
});

it("looks at no more than the end of what it has coloured", () => {
  const lengths: number[] = [];
  const growing = createGrowingHighlight((text, language) => {
    lengths.push(text.length);
    return highlight(text, language);
  });
  for (let end = 100; end < code.length; end += 100) growing(code.slice(0, end), "ts");
  expect(Math.max(...lengths)).toBeLessThan(code.length / 3);
});
