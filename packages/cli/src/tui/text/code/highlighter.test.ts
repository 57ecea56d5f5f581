import { expect, it } from "vitest";
import { plainText } from "../line.ts";
import { createRandom, expectHarmless, hostileText, shown, styled } from "../lines.test-helper.ts";
import { layoutMarkdown } from "../markdown/markdown-layout.ts";
import { highlight } from "./highlighter.ts";

it("names the parts of code, line by line", () => {
  expect(styled(highlight('const a = "x" < 1;\n// & b', "ts") ?? [])).toBe(
    '<codeKeyword:const> a = <codeString:"x"> < <codeNumber:1>;\n<codeComment:// & b>',
  );
});

it("goes on with a comment over its lines", () => {
  expect(styled(highlight("/* a\n\n b */ x", "js") ?? [])).toBe("<codeComment:/* a>\n\n<codeComment: b */> x");
});

it.each(["py", "sh", "rs", "go", "html", "toml", "yml", "Dockerfile", "c", "jsx", "tsx", "json", "md", "sql"])(
  "knows %s",
  (language) => {
    expect(highlight("a = 1", language)).toBeDefined();
  },
);

it("leaves what it does not know to others", () => {
  expect(highlight("a", "brainfuck")).toBeUndefined();
});

it("colours the fences of markdown by their language", () => {
  expect(styled(layoutMarkdown("```json\n[1]\n```\n```nothing\n[1]\n```", { width: 40, highlight }))).toBe(
    "  [<codeNumber:1>]\n\n  [1]",
  );
});

it("changes no character of any code", () => {
  const random = createRandom(4);
  for (let round = 0; round < 100; round += 1) {
    for (const language of ["ts", "html", "md", "bash", "php"]) {
      const code = hostileText(random, 30).replaceAll(/[^\n -~]/g, "");
      expect((highlight(code, language) ?? []).map(plainText).join("\n")).toBe(code);
    }
    const fence = `\`\`\`ts\n${hostileText(random, 30)}`;
    expectHarmless(layoutMarkdown(fence, { width: 40, highlight }), 40);
  }
  expect(shown(highlight("", "ts") ?? [])).toBe("");
});
