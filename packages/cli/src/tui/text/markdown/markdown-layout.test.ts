import { describe, expect, it } from "vitest";
import { createRandom, expectHarmless, hostileText, shown, styled } from "../lines.test-helper.ts";
import { createMarkdownLayout, layoutMarkdown } from "./markdown-layout.ts";

const at = (text: string, width = 40) => layoutMarkdown(text, { width });

describe("markdown", () => {
  it("has its blocks apart, headings without marks and newlines kept", () => {
    expect(shown(at("# Title\nfirst line\nsecond line\n\n---\n\nnext paragraph that is longer than a row"))).toBe(
      [
        "Title",
        "",
        "first line",
        "second line",
        "",
        "─".repeat(40),
        "",
        "next paragraph that is longer than a row",
      ].join("\n"),
    );
  });

  it("has lists within lists, numbers and boxes, with what follows below the text", () => {
    expect(shown(at("- one\n  - inner\n- a second item that does not fit on one row\n\n3. three\n4. four"))).toBe(
      ["• one", "  • inner", "• a second item that does not fit on one", "  row", "", "3. three", "4. four"].join("\n"),
    );
    expect(shown(at("- [ ] open\n- [x] done\n  and more"))).toBe("• [ ] open\n• [x] done\n  and more");
    expect(shown(at("- a\n\n  b\n- c"))).toBe("• a\n\n  b\n\n• c");
  });

  it("names what words are", () => {
    expect(styled(at("a **b *c*** *d* `e` ~~f~~ &amp; \\*"))).toBe(
      "a <strong:b ><strongEmphasis:c> <emphasis:d> <code:e> <strike:f> & *",
    );
  });

  it("shows where a link leads, once", () => {
    expect(styled(at("[here](http://a.b/c) or http://d.e"))).toBe(
      "<link:here><linkTarget: (http://a.b/c)> or <link:http://d.e>",
    );
    expect(styled(at("[x][ref]\n\n[ref]: http://a.b"))).toBe(
      "<link:x><linkTarget: (http://a.b)>\n\n<muted:[ref]: http://a.b>",
    );
  });

  it("quotes with a bar at every line", () => {
    expect(shown(at("> quoted\n>\n> - item"))).toBe("│ quoted\n│\n│ • item");
  });

  it("leaves code as it is, indented, with tabs as spaces", () => {
    expect(shown(at("```sh\nif a;\n\tthen **b**\n```\n\nafter"))).toBe("  if a;\n      then **b**\n\nafter");
  });

  it("puts a table's columns side by side, broken within its cells where it must", () => {
    expect(
      shown(at("| name | what it does |\n|---|---|\n| ls | lists the sessions of this directory |\n| rm | ends one |")),
    ).toBe(
      [
        "name │ what it does",
        "─────┼──────────────────────────────────",
        "ls   │ lists the sessions of this",
        "     │ directory",
        "rm   │ ends one",
      ].join("\n"),
    );
  });

  it("lists the cells of a table that has too many columns", () => {
    const row = (cell: string) => `|${` ${cell} |`.repeat(6)}`;
    expect(shown(at(`${row("headword")}\n${row("---")}\n${row("cell text")}`)).split("\n")).toEqual(
      Array.from({ length: 6 }, () => "headword: cell text"),
    );
  });

  it("leaves no text out: what means something to a program only is there as well", () => {
    expect(shown(at("```sh hidden words\nls\n```"))).toBe("  hidden words\n  ls");
    expect(shown(at("| a | b |\n|---|---|\n| 1 | 2 | hidden |"))).toContain("| 1 | 2 | hidden |");
    expect(shown(at("1. one\n7. seven"))).toBe("1. one\n7. seven");
    expect(shown(at("[//]: # (hidden text)\n\nend"))).toBe("[//]: # (hidden text)\n\nend");
    expect(shown(at('[a](http://b.c "hidden")'))).toBe('a (http://b.c "hidden")');
  });

  it("shows HTML and unknown entities as they were written", () => {
    expect(shown(at("<b>x</b> &copy; &nosuch;"))).toBe("<b>x</b> &copy; &nosuch;");
  });

  it("has no escape sequence and no unseen character of its writer", () => {
    expect(shown(at("a\x1b[2J\x1b]52;c;eA==\x07b \u202ec `d\x9b1m` &#27;**[2J** &#x9b;"))).toBe(
      "a\\x1b]52;c;eA==\\x07b \\u202ec d \\x1b[2J\n\\x9b",
    );
  });
});

describe("markdown that grows", () => {
  it("ends as if it had come at once, wherever it was cut", () => {
    const text =
      "# Title\n\nSome *text* and\nmore.\n\n- a\n- b\n\n  c\n\n```ts\nlet a = 1;\n\nlet b;\n```\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> q\n\nend";
    for (let size = 1; size < 20; size += 1) {
      const layout = createMarkdownLayout({ width: 40 });
      for (let end = size; end < text.length; end += size) layout.update(text.slice(0, end), false);
      expect(shown(layout.update(text, true))).toBe(shown(at(text)));
    }
  });

  it("keeps the very lines of blocks that are complete", () => {
    const layout = createMarkdownLayout({ width: 40 });
    const before = layout.update("first\n\nsecond\n\nthi", false);
    const after = layout.update("first\n\nsecond\n\nthird one", false);
    expect(after.slice(0, 4).every((line, index) => line === before[index])).toBe(true);
    expect(shown(after)).toBe("first\n\nsecond\n\nthird one");
  });

  it("ends as if it had come at once, whatever blocks follow each other", () => {
    const random = createRandom(9);
    const blocks = [
      "para\nmore\n",
      "\n",
      "\n\n",
      "- a\n",
      "  - b\n",
      "2. y\n",
      "# H\n",
      "> q\n",
      "```ts\nlet a;\n```\n",
    ];
    const others = [
      "| a | b |\n|---|---|\n| 1 | 2 |\n",
      "    code\n",
      "---\n",
      "===\n",
      "**b**",
      "<div>\n",
      "\\*\n",
      "~~~\nx\n",
    ];
    const all = [...blocks, ...others];
    for (let round = 0; round < 300; round += 1) {
      const text = Array.from({ length: 8 }, () => all[Math.floor(random() * all.length)]).join("");
      const layout = createMarkdownLayout({ width: 40 });
      for (let end = 1; end < text.length; end += 1 + Math.floor(random() * 6))
        layout.update(text.slice(0, end), false);
      expect(shown(layout.update(text, true)), JSON.stringify(text)).toBe(shown(at(text)));
    }
  });

  it("never shows half of where a link leads", () => {
    const text = "[r]: http://example.org/a\n\n[r]\n\n[R]: http://example.org/b\n\n[r]";
    const layout = createMarkdownLayout({ width: 60 });
    for (let end = 0; end < text.length; end += 1) layout.update(text.slice(0, end), false);
    expect(shown(layout.update(text, true))).toBe(
      [
        ...["[r]: http://example.org/a", "", "r (http://example.org/a)", ""],
        ...["[R]: http://example.org/b", "", "r (http://example.org/a)"],
      ].join("\n"),
    );
  });

  it.each([600, 4000])(
    "lays a list of %i items out again only once it has grown a lot, and shows all of it",
    (items) => {
      const text = "- item **one**\n".repeat(items);
      const layout = createMarkdownLayout({ width: 40 });
      const before = layout.update(text, false);
      const after = layout.update(`${text}- the newest`, false);
      expect(after[0]).toBe(before[0]);
      expect(shown(after)).toMatch(/- the newest$/);
      expect(shown(layout.update(`${text}- the newest`, true))).toMatch(/• item one\n• the newest$/);
    },
  );

  it("begins anew when its text is another", () => {
    const layout = createMarkdownLayout({ width: 40 });
    layout.update("first\n\nsecond", false);
    expect(shown(layout.update("other", true))).toBe("other");
  });
});

describe("any text", () => {
  it("makes harmless lines that fit, at once or in pieces", () => {
    const random = createRandom(3);
    for (let round = 0; round < 100; round += 1) {
      const width = 20 + Math.floor(random() * 60);
      const text = hostileText(random, 40);
      expectHarmless(layoutMarkdown(text, { width }), width);
      const layout = createMarkdownLayout({ width });
      for (let end = 0; end < text.length; end += 25) expectHarmless(layout.update(text.slice(0, end), false), width);
    }
  });

  it.each([
    "[",
    "*a_",
    "a_b__",
    ">",
    "1. ",
    "- ",
    "[a](",
    "<a",
    "**a ",
    "|a",
    "- a\n",
    "> - ",
    "``` \n",
    "&#",
    "![a][",
    "\t",
  ])("is laid out before the test's time is over when it is nothing but %j", (piece) => {
    expectHarmless(layoutMarkdown(piece.repeat(20_000 / piece.length), { width: 80 }), 80);
  });

  it("may nest as deep as it likes", () => {
    const nested = Array.from({ length: 200 }, (_, depth) => `${"  ".repeat(depth)}- item`).join("\n");
    expectHarmless(layoutMarkdown(nested, { width: 80 }), 80);
  });
});
