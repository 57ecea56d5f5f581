import { describe, expect, it } from "vitest";
import { createPrintable, literal, printable, printableLine } from "./printable.ts";

const hostile: [name: string, text: string, shown: string][] = [
  ["colours", "\x1b[31mred\x1b[0m", "red"],
  ["moves of the cursor", "a\x1b[2J\x1b[1;1Hb\x1b[?25l", "ab"],
  ["8-bit colours", "\x9b31mred", "red"],
  ["a reset and a charset", "\x1bc\x1b(0text", "text"],
];

const strings: [name: string, text: string, shown: string][] = [
  ["a title", "\x1b]0;pwned\x07text", "\\x1b]0;pwned\\x07text"],
  ["a write to the clipboard", "\x1b]52;c;cm0gLXJm\x1b\\text", "\\x1b]52;c;cm0gLXJm\\x1b\\text"],
  ["a hyperlink's address", "\x1b]8;;http://evil\x1b\\click", "\\x1b]8;;http://evil\\x1b\\click"],
  ["device control", "\x1bP1$r0m\x1b\\text", "\\x1bP1$r0m\\x1b\\text"],
  ["an 8-bit string", "\x9d0;t\x9ctext", "\\x9d0;t\\x9ctext"],
];

describe("what people see of an agent's output", () => {
  it.each(hostile)("has no %s", (_name, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(hostile)("has no %s when it comes in two pieces, wherever it is cut", (_name, text, shown) => {
    for (let at = 0; at <= text.length; at += 1) {
      const output = createPrintable();
      expect(output.push(text.slice(0, at)) + output.push(text.slice(at)) + output.flush()).toBe(shown);
    }
  });

  it.each(strings)("shows %s as text, wherever it is cut", (_name, text, shown) => {
    expect(printable(text)).toBe(shown);
    for (let at = 0; at <= text.length; at += 1) {
      const output = createPrintable();
      expect(output.push(text.slice(0, at)) + output.push(text.slice(at)) + output.flush()).toBe(shown);
    }
  });

  it("shows joiners and selectors by their code where they join and select nothing", () => {
    expect(printable("a\u200db\u200cc\ufe0fd 1\ufe0f")).toBe("a\\u{200d}b\\u{200c}c\\u{fe0f}d 1\\u{fe0f}");
    expect(printable("👩\u200d\u200d💻\ufe0f\ufe0f")).toBe("👩\\u{200d}\\u{200d}💻\ufe0f\\u{fe0f}");
  });

  it.each(["👩‍💻", "❤️‍🔥", "👩🏽‍🚀 1️⃣", "می‌خواهم", "क्‍ष", "👨‍👩‍👧‍👦"])("keeps %s as it is, wherever it is cut", (text) => {
    for (let at = 0; at <= text.length; at += 1) {
      const output = createPrintable();
      expect(output.push(text.slice(0, at)) + output.push(text.slice(at)) + output.flush()).toBe(text);
    }
  });

  it("shows control characters and marks of direction by their code", () => {
    expect(printable("a\0\x08\x07\x7f\x85b\u202egnp.exe\u2066")).toBe(
      "a\\x00\\x08\\x07\\x7f\\x85b\\u202egnp.exe\\u2066",
    );
  });

  it("shows by their code the characters that nobody sees", () => {
    expect(printable("a\u200bb\u2028c\u00add\ufeffe\u{e0041}f")).toBe(
      "a\\u{200b}b\\u{2028}c\\u{ad}d\\u{feff}e\\u{e0041}f",
    );
  });

  it("leaves no more accents on a letter than a line can hold", () => {
    expect(printable(`a${"\u0301".repeat(50)}b`)).toBe(`a${"\u0301".repeat(6)}b`);
  });

  it("keeps newline, tab, accents, emoji and right-to-left letters", () => {
    const text = "a\tb\nné 👩‍💻 שלום";
    expect(printable(text)).toBe(text);
  });

  it("makes lines of carriage returns, so that nothing is painted over", () => {
    expect(printable("10%\r20%\r\ndone")).toBe("10%\n20%\ndone");
  });

  it("keeps an emoji whose halves come in two pieces", () => {
    const output = createPrintable();
    expect(output.push("a\ud83d") + output.push("\ude42b")).toBe("a🙂b");
  });

  it("hides nothing behind a sequence that never ends", () => {
    const output = createPrintable();
    const shown = output.push("\x1b]0;") + output.push("x".repeat(2000)) + output.push("\nseen") + output.flush();
    expect(shown).toContain(`${"x".repeat(2000)}\nseen`);
    expect(shown).not.toContain("\x1b");
  });

  it("comes to the end of long hostile text", () => {
    for (const piece of ["\x9d", "\x1b]", "\x1b[1", "\r", "\x1bP;", "👩\u200d", "می\u200c"])
      expect(printable(piece.repeat(200_000))).not.toContain("\x1b");
  });

  it.each([
    ["\u3164\u115f", "\\u{3164}\\u{115f}"],
    ["\u2800", "\\u{2800}"],
    ["\u200d\ufe0f", "\\u{200d}\\u{fe0f}"],
    ["\u0301", "\\u{301}"],
  ])("has something to be seen on a line, also of %j", (text, line) => {
    expect(printableLine(text)).toBe(line);
  });

  it("fits on one line when asked", () => {
    expect(printableLine("  a\n\n b\t\x1b[1mc ")).toBe("a b c");
    expect(printableLine("🙂🙂🙂🙂🙂🙂", 4)).toBe("🙂🙂🙂…");
  });
});

describe("what somebody decides by", () => {
  it("has every character, by its code where it is not seen", () => {
    expect(literal("echo hello \x1b]0;$(touch pwned)\x07\n\x1bP\\\necho x\x1b\\\r\n\x1b[31m")).toBe(
      "echo hello \\x1b]0;$(touch pwned)\\x07\n\\x1bP\\\necho x\\x1b\\\\x0d\n\\x1b[31m",
    );
  });

  it("has no joiner, selector or filler that hides, also between emoji", () => {
    expect(literal("a\u200db\u200c👩\u200d💻\ufe0f\u3164\u2800")).toBe(
      "a\\u{200d}b\\u{200c}👩\\u{200d}💻\\u{fe0f}\\u{3164}\\u{2800}",
    );
  });

  it("leaves no accent out", () => {
    expect(literal(`a${"\u0301".repeat(8)}`)).toBe(`a${"\u0301".repeat(6)}\\u{301}\\u{301}`);
  });
});
