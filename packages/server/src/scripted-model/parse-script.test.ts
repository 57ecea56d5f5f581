import { describe, expect, it } from "vitest";
import { parseScript } from "./parse-script.ts";

const always = Number.POSITIVE_INFINITY;

describe("a line of the script", () => {
  it.each([
    [String.raw`text: "# a\n\n  b"`, { kind: "say", text: "# a\n\n  b" }],
    ["say: grüß 🎉 : yes", { kind: "say", text: "grüß 🎉 : yes" }],
    ["  think: hm  ", { kind: "think", text: "hm" }],
    ["split: zürich", { kind: "split", text: "zürich" }],
    ["bash: echo a :: b", { kind: "tool", name: "Bash", input: { command: "echo a :: b" } }],
    ["write: a b.txt :: x :: y", { kind: "tool", name: "Write", input: { file_path: "a b.txt", content: "x :: y" } }],
    ["write: empty.txt ::", { kind: "tool", name: "Write", input: { file_path: "empty.txt", content: "" } }],
    ['tool: Read {"file_path":"/a"}', { kind: "tool", name: "Read", input: { file_path: "/a" } }],
    ["tool: ListAgents", { kind: "tool", name: "ListAgents", input: {} }],
    ["wait: 500ms", { kind: "wait", ms: 500 }],
    ["stall: 1.5s", { kind: "stall", ms: 1500 }],
    ["stall: 99999s", { kind: "stall", ms: 3_600_000 }],
    ["stream: 200 words every 5ms", { kind: "stream", words: 200, everyMs: 5 }],
    ["stream: 1 word", { kind: "stream", words: 1, everyMs: 0 }],
    ["fail: 529 twice", { kind: "fail", status: 529, times: 2 }],
    ["fail: 401 always", { kind: "fail", status: 401, times: always }],
    ["fail: 500 3 times", { kind: "fail", status: 500, times: 3 }],
    ["fail: 429 twice retry-after 2", { kind: "fail", status: 429, times: 2, retryAfter: 2 }],
    ["fail: 429 retry-after 30", { kind: "fail", status: 429, times: 1, retryAfter: 30 }],
    ["fail: 400", { kind: "fail", status: 400, times: 1 }],
    ["cut", { kind: "cut", times: always }],
    ["cut: once", { kind: "cut", times: 1 }],
  ])("%s is a directive", (line, step) => {
    expect(parseScript(line)).toEqual([[step]]);
  });

  it.each([
    "please say: hello",
    "Say: hello",
    "say:",
    "text: no json",
    'text: ""',
    "text: 7",
    "say hello",
    "toString: x",
    "wait: soon",
    "wait",
    "fail: 200 once",
    "fail: 600 once",
    "fail: 529 often",
    "fail: 429 retry-after soon",
    "stream: 0 words",
    "stream: many words",
    "write: no-content",
    "tool: Read {broken",
    "tool: Read [1]",
    "cut off here",
    "",
  ])("%j is not one", (line) => {
    expect(parseScript(line)).toEqual([]);
  });
});

describe("a script", () => {
  const kinds = (prompt: string) => parseScript(prompt).map((turn) => turn.map((step) => step.kind));

  it("goes on in a new turn after a tool call", () => {
    expect(kinds("say: a\nbash: b\nsay: c\nthink: d\nbash: e")).toEqual([
      ["say", "tool"],
      ["say", "think", "tool"],
    ]);
  });

  it("makes tool calls in a row one turn, whatever is ignored between them", () => {
    expect(kinds("bash: a\n\nand also\r\nwrite: b :: c\r\nsay: d")).toEqual([["tool", "tool"], ["say"]]);
  });
});
