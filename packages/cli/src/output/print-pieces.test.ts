import { expect, it } from "vitest";
import type { Output } from "../io.ts";
import { createPiecePrinter } from "./print-pieces.ts";
import type { Piece } from "./render-event.ts";

async function print(...pieces: Piece[]): Promise<string> {
  let screen = "";
  const output: Output = {
    write: async (text) => {
      screen += text;
    },
    dim: (text) => text,
  };
  const printer = createPiecePrinter({ answer: output, notes: output });
  for (const piece of pieces) await printer.print(piece);
  await printer.finish();
  return screen;
}
const text = (value: string): Piece => ({ kind: "text", text: value });

it("joins the pieces of an answer and ends its last line", async () => {
  expect(await print(text("hel"), text("lo"))).toBe("hello\n");
});

it("ends no line twice", async () => {
  expect(await print(text("hello\n"), { kind: "break", text: "" }, text("again\n"))).toBe("hello\nagain\n");
});

it("puts everything else on lines of its own", async () => {
  const screen = await print(
    { kind: "prompt", text: "do\nthis\n" },
    text("I will"),
    { kind: "tool", text: "Bash ls\n-l" },
    { kind: "result", text: ["a", "b", "c", "d", "e", "f", "g"].join("\n") },
    { kind: "failure", text: "AGENT_EXITED: gone" },
  );
  expect(screen).toBe(
    "> do\n> this\nI will\n· Bash ls -l\n  a\n  b\n  c\n  d\n  e\n  … 2 more lines\n! AGENT_EXITED: gone\n",
  );
});

it("lets no control sequence through, also when deltas cut it", async () => {
  const screen = await print(
    text("a\x1b]0;ti"),
    text("tle\x07b"),
    { kind: "tool", text: "Bash \x1b[2J" },
    { kind: "prompt", text: "\x9b1m!" },
  );
  expect(screen).toBe("a\\x1b]0;title\\x07b\n· Bash\n> !\n");
});

it("shows the content of a sequence that was never ended as text", async () => {
  expect(await print(text("a\x1b]0;title"))).toBe("a\\x1b]0;title\n");
});
