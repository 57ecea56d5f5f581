import type { ViewEntry } from "@cc-docker/client";
import { describe, expect, it } from "vitest";
import { createRandom, expectHarmless, hostileText, shown, styled } from "../lines.test-helper.ts";
import { approval, note, prompt, said, tool, turnEnd } from "./entries.test-helper.ts";
import { layoutEntry } from "./layout-entry.ts";
import { layoutTodos } from "./layout-todos.ts";
import { layoutToolInput } from "./layout-tool-input.ts";

const short = (entry: ViewEntry) => shown(layoutEntry(entry, { width: 60, isExpanded: false }));
const long = (entry: ViewEntry) => shown(layoutEntry(entry, { width: 60, isExpanded: true }));

describe("a prompt", () => {
  it("is marked at its first line", () => {
    expect(short(prompt("do this\nand that"))).toBe("> do this\n  and that");
  });
});

describe("what the agent says", () => {
  it("is markdown", () => {
    expect(styled(layoutEntry(said("a **b**"), { width: 60, isExpanded: false }))).toBe("a <strong:b>");
  });

  it("says when it broke off, or is longer than what is kept", () => {
    expect(short(said("half", { state: "cut" }))).toBe("half\n… it broke off here");
    expect(short(said("much", { cutChars: 7 }))).toBe("much\n… 7 more characters");
  });

  it("has a bar beside it where a subagent says it", () => {
    expect(short(said("one\n\ntwo", { parentId: "t1" }))).toBe("┊ one\n┊\n┊ two");
  });
});

describe("a thought", () => {
  const thought = (changes: object) => said("", { kind: "thinking", ...changes });

  it("is one line until it is expanded: of what grows the newest", () => {
    expect(short(thought({ text: "first\nsecond" }))).toBe("∴ first");
    expect(short(thought({ text: "first\nsecond", state: "streaming" }))).toBe("∴ second");
    expect(long(thought({ text: "first\nsecond" }))).toBe("∴ first\n  second");
  });

  it("that is kept secret is shown while it lasts", () => {
    expect(short(thought({ state: "streaming" }))).toBe("∴ thinking …");
    expect(short(thought({}))).toBe("");
  });
});

describe("a tool call", () => {
  it("says what, how long and how it went on one line, and how its output begins", () => {
    const output = "1\n2\n3\n4\n5\n6\n";
    expect(short(tool("Bash", { input: { command: "seq 6" }, output }))).toBe(
      "✓ Bash (1.2 s) seq 6\n  1\n  2\n  3\n  … +3 lines",
    );
  });

  it("is shown with all of its input and output when it is expanded", () => {
    const input = { command: "seq 6 |\n  tail", description: "count" };
    expect(long(tool("Bash", { input, output: "1\n2\n3\n4\n5\n6" }))).toBe(
      "✓ Bash (1.2 s) seq 6 | tail\n  $ seq 6 |\n      tail\n  description: count\n  1\n  2\n  3\n  4\n  5\n  6",
    );
    expect(long(tool("mcp__x", { input: { deep: { er: [1] }, s: "t" } }))).toBe(
      ['✓ mcp__x (1.2 s) {"deep":{"er":[1]},"s":"t"}', '  deep: {\n    "er": [\n      1\n    ]\n  }', "  s: t"].join(
        "\n",
      ),
    );
  });

  it.each([
    ["running", "◌"],
    ["error", "✗"],
    ["denied", "⊘"],
    ["cut", "■"],
  ] as const)("that is %s is marked %s", (status, mark) => {
    const [head] = short(tool("Read", { status, input: { file_path: "/a" } })).split("\n");
    expect(head?.startsWith(`${mark} Read `)).toBe(true);
  });

  it("shows its input as it comes in", () => {
    expect(short(tool("Bash", { status: "streaming", inputText: '{"command":"l' }))).toBe(
      '○ Bash (1.2 s) {"command":"l',
    );
  });

  it("says nothing of what it read, but why it could not", () => {
    expect(short(tool("Read", { input: { file_path: "/a" }, output: "long" }))).toBe("✓ Read (1.2 s) /a");
    expect(short(tool("Read", { input: { file_path: "/a" }, output: "no file", status: "error" }))).toBe(
      "✗ Read (1.2 s) /a\n  no file",
    );
  });

  it("says where the middle of its output was left out", () => {
    expect(long(tool("Bash", { output: "abcd", outputCutChars: 9 }))).toContain(
      "  ab\n  … 9 characters left out …\n  cd",
    );
  });

  it("shows what an edit changed, with the file's line numbers where the tool told them", () => {
    const patch = [
      { oldStart: 9, oldLines: 2, newStart: 9, newLines: 2, lines: [" a", "-b", "+\tc", "\\ No newline"] },
    ];
    expect(short(tool("Edit", { input: { file_path: "/f" }, patch }))).toBe(
      "✓ Edit (1.2 s, +1 -1) /f\n   9   a\n  10 - b\n  10 +     c\n     \\  No newline",
    );
    const input = { file_path: "/f", old_string: "a\nb\nc", new_string: "a\nB\nc" };
    expect(short(tool("Edit", { input, status: "running" }))).toBe("◌ Edit (1.2 s) /f\n    a\n  - b\n  + B\n    c");
  });

  it("shows all edits of several, and new files as added", () => {
    const edits = [
      { old_string: "a", new_string: "b" },
      { old_string: "c", new_string: "" },
    ];
    expect(short(tool("MultiEdit", { input: { file_path: "/f", edits } }))).toBe(
      "✓ MultiEdit (1.2 s) /f\n  - a\n  + b\n  …\n  - c",
    );
    expect(short(tool("Write", { input: { file_path: "/f", content: "x\ny\n" } }))).toBe(
      "✓ Write (1.2 s) /f\n  + x\n  + y",
    );
  });

  it("shows todos as a list", () => {
    const todos = [
      { content: "one", status: "completed" },
      { content: "two", status: "in_progress" },
      { content: "three", status: "pending" },
    ];
    expect(
      short(tool("TodoWrite", { input: { todos } }))
        .split("\n")
        .slice(1),
    ).toEqual(["  [x] one", "  [>] two", "  [ ] three"]);
    expect(shown(layoutTodos([{ content: "a", status: "new word", activeForm: "" }], 20))).toBe("[ ] a");
  });

  it("tells what its subagent does", () => {
    const task = {
      isSubagent: true,
      status: "running",
      summary: "reads files",
      toolUses: 3,
      tokens: 1234,
      durationMs: 5,
    };
    expect(short(tool("Task", { input: { description: "look" }, task, status: "running" }))).toBe(
      "◌ Task (1.2 s, running, 3 tools, 1234 tokens) look\n  reads files",
    );
  });

  it("says of a command that takes long no more than of others, but that it goes on in the background", () => {
    const task = { isSubagent: false, status: "failed", summary: "sleep 3", toolUses: 0, tokens: 0, durationMs: 5 };
    const input = { command: "sleep 3" };
    expect(short(tool("Bash", { input, task, status: "error" }))).toBe("✗ Bash (1.2 s) sleep 3");
    expect(short(tool("Bash", { input, task: { ...task, status: "running" } }))).toBe(
      "✓ Bash (1.2 s, goes on in the background) sleep 3",
    );
  });
});

describe("an approval", () => {
  it("says what is asked, and what was answered", () => {
    expect(short(approval())).toBe("? the agent asks to use Bash");
    expect(short(approval({ state: "denied", answeredBy: "ann", message: "no", title: "May I?" }))).toBe(
      "? May I?\n  denied by ann: no",
    );
    expect(short(approval({ state: "allowed", answeredBy: "ann", rule: "Bash(ls *)" }))).toBe(
      "? the agent asks to use Bash\n  allowed by ann, always Bash(ls *)",
    );
    expect(long(approval({ updatedInput: { command: "ls -l" }, description: "why" }))).toBe(
      "? the agent asks to use Bash\n  why\n  $ ls\n  answered with\n  $ ls -l",
    );
  });
});

describe("a question of the agent", () => {
  const input = { questions: [{ question: "Which colour?" }, { question: "How much?" }] };
  const asked = { approvalKind: "question", toolName: "AskUserQuestion", input } as const;

  it("is shown with what was chosen", () => {
    expect(short(approval(asked))).toBe("? Which colour? How much?");
    const updatedInput = { ...input, answers: { "Which colour?": "Blue", "How much?": "all" } };
    expect(short(approval({ ...asked, state: "allowed", answeredBy: "ann", updatedInput }))).toBe(
      "? Which colour? How much?\n  allowed by ann: Blue, all",
    );
  });
});

describe("what happens around the agent", () => {
  const error = { code: "AGENT_EXITED", message: "It ended.", hint: "Try again." };
  const [asked, late] = [
    { ...error, code: "TURN_INTERRUPTED" },
    { ...error, code: "REQUEST_TIMEOUT" },
  ];

  it.each<[ViewEntry, string]>([
    [note(), "— paused"],
    [note({ note: "failed", error }), "— failed: AGENT_EXITED: It ended. Try again."],
    [note({ note: "stopped", reason: "requested" }), "— stopped: requested"],
    [turnEnd(), "— completed in 3.2 s, $0.0123, 20 tokens out"],
    [turnEnd({ status: "interrupted", error: asked }), "— interrupted in 3.2 s, $0.0123, 20 tokens out"],
    [turnEnd({ status: "interrupted", error: late }), "— interrupted: REQUEST_TIMEOUT: It ended. Try again."],
    [turnEnd({ status: "failed", error }), "— failed: AGENT_EXITED: It ended. Try again."],
  ])("is a line of its own", (entry, line) => {
    expect(short(entry)).toBe(line);
  });
});

describe("any entry", () => {
  it("makes harmless lines that fit", () => {
    const random = createRandom(5);
    for (let round = 0; round < 150; round += 1) {
      const text = () => hostileText(random, 12);
      const input = {
        command: text(),
        old_string: text(),
        new_string: text(),
        [text()]: text(),
        todos: [{ content: text() }, 1],
      };
      const error = { code: text(), message: text(), hint: text() };
      const lines = Array.from({ length: 4 }, () => `${text().slice(0, 1)}${text()}`);
      const patch = [{ oldStart: 1, oldLines: 3, newStart: 99, newLines: 3, lines }];
      const task = { isSubagent: true, status: text(), summary: text(), toolUses: 1, tokens: 1, durationMs: 1 };
      const entries: ViewEntry[] = [
        prompt(text()),
        said(text(), { state: "streaming", parentId: "x" }),
        said(text(), { kind: "thinking", cutChars: 1_000_000 }),
        ...["Bash", "Edit", "Write", "TodoWrite", "ExitPlanMode", text()].map((name) =>
          tool(name, { input, output: text(), task }),
        ),
        tool(text(), { input, patch, status: "error", output: text(), outputCutChars: 3 }),
        tool("Bash", { status: "streaming", inputText: text() }),
        approval({ title: text(), description: text(), message: text(), state: "allowed", updatedInput: input }),
        note({ text: text(), error }),
        turnEnd({ error }),
        approval({ approvalKind: "question", input: { questions: [{ question: text() }, text(), null] } }),
        approval({
          approvalKind: "question",
          state: "allowed",
          updatedInput: { answers: { [text()]: text(), a: {} } },
        }),
      ];
      const width = 20 + Math.floor(random() * 60);
      for (const entry of entries)
        for (const isExpanded of [true, false]) expectHarmless(layoutEntry(entry, { width, isExpanded }), width);
    }
  });

  it("is laid out no further than is shown of it while it waits for an answer", () => {
    const input = { content: "line\n".repeat(50_000), command: "x\n".repeat(50_000), plan: "- x\n".repeat(50_000) };
    for (const toolName of ["Write", "Bash", "ExitPlanMode", "other"]) {
      const rows = layoutToolInput(toolName, input, { width: 80, maxRows: 10 });
      expect(rows.length).toBeGreaterThanOrEqual(10);
      expect(rows.length).toBeLessThan(3000);
    }
  });

  it("is laid out before the test's time is over, however much an edit changes", () => {
    const lines = (word: string) => Array.from({ length: 20_000 }, (_, line) => `${word} ${line}`).join("\n");
    const input = { file_path: "/f", old_string: lines("a"), new_string: lines("b") };
    expect(layoutEntry(tool("Edit", { input }), { width: 80, isExpanded: false })).toHaveLength(14);
  });
});
