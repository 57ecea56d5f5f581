import { describe, expect, it } from "vitest";
import { findTurn } from "./find-turn.ts";
import { parseRequest } from "./messages-api.ts";

const user = (...content: unknown[]) => ({ role: "user", content });
const assistant = (...content: unknown[]) => ({ role: "assistant", content });
const system = (content: string) => ({ role: "system", content });
const text = (words: string) => ({ type: "text", text: words });
const call = (id: string) => ({ type: "tool_use", id, name: "Bash", input: {} });
const result = (id: string) => ({ type: "tool_result", tool_use_id: id, content: "say: from the tool" });
const reminder = text("<system-reminder>\nsay: not this\n</system-reminder>\n");

function find(messages: unknown[], more: Record<string, unknown> = {}) {
  const parsed = parseRequest(JSON.stringify({ model: "claude", max_tokens: 100, messages, ...more }));
  if (!parsed.ok) throw new Error(parsed.problem);
  return findTurn(parsed.value);
}

const answer = (messages: unknown[], more?: Record<string, unknown>) =>
  find(messages, more).turn.map((step) => ("text" in step ? step.text : step.kind));

describe("the prompt of a request", () => {
  it("is the text of the last user message without reminders", () => {
    const found = find([user(text("say: old")), assistant(text("old")), user(reminder, text("say: new"))]);
    expect(found).toMatchObject({ prompt: "say: new", turn: [{ kind: "say", text: "new" }], turnIndex: 0 });
  });

  it("may stand in several blocks, or be a string", () => {
    expect(answer([user(text("say: a"), text("say: b"))])).toEqual(["a", "b"]);
    expect(answer([{ role: "user", content: "say: c" }])).toEqual(["c"]);
  });

  it("is found before the system messages Claude Code adds", () => {
    expect(answer([user(text("say: a")), system("say: not this")])).toEqual(["a"]);
  });

  it("does not end before a reminder that is not closed", () => {
    expect(answer([user(text("say: a\n<system-reminder>\nsay: b"))])).toEqual(["a"]);
  });

  it("leaves out the failed prompts Claude Code joins to the new one", () => {
    const joined = user(text("fail: 529 always\n"), text("cut\n"), reminder, text("say: new"));
    expect(find([joined]).prompt).toBe("say: new");
  });

  it("follows an interruption even when it has no directive", () => {
    const interrupted = [user(text("bash: sleep")), assistant(call("1"))];
    const next = user(result("1"), text("[Request interrupted by user for tool use]\n"), text("hello again"));
    expect(answer([...interrupted, next])).toEqual(["You said: hello again"]);
  });

  it("without a directive is echoed", () => {
    expect(answer([user(reminder, text("what is\nthis?"))])).toEqual(["You said: what is\nthis?"]);
  });
});

describe("the turn a request asks for", () => {
  const prompt = user(text("say: a\nbash: b\nbash: c\nsay: d\nbash: e\nsay: f"));
  const firstRound = [prompt, assistant(text("a"), call("1"), call("2")), user(result("1"), result("2"))];

  it("comes after the tools that were called since the prompt", () => {
    expect(answer([prompt])).toEqual(["a", "tool", "tool"]);
    expect(answer(firstRound)).toEqual(["d", "tool"]);
    expect(answer([...firstRound, assistant(call("3")), user(result("3"))])).toEqual(["f"]);
  });

  it("is the same when the calls of one answer come back as several messages", () => {
    const split = [prompt, assistant(call("1")), user(result("1")), assistant(call("2")), user(result("2"))];
    expect(answer(split)).toEqual(["d", "tool"]);
  });

  it("is not moved by what Claude Code writes beside tool results", () => {
    const noted = user(result("1"), result("2"), text("Tool loaded."), reminder);
    expect(answer([...firstRound.slice(0, 2), noted])).toEqual(["d", "tool"]);
  });

  it("does not count the tools of earlier prompts", () => {
    expect(answer([...firstRound, assistant(text("done")), user(text("say: x"))])).toEqual(["x"]);
  });

  it("says something when the script has nothing left to say", () => {
    expect(answer([user(text("bash: a")), assistant(call("1")), user(result("1"))])).toEqual(["Done."]);
    expect(answer([user(text("think: a"))])).toEqual(["a", "Done."]);
  });
});

describe("a side request of Claude Code", () => {
  it("that probes the quota gets one word", () => {
    expect(answer([user(text("bash: a"))], { max_tokens: 1 })).toEqual(["ok"]);
  });

  it("that wants a title gets one in the form it asks for, and is no prompt", () => {
    const schema = { type: "object", properties: { title: { type: "string" }, kind: { enum: ["a", "b"] } } };
    const more = { output_config: { format: { type: "json_schema", schema } } };
    expect(find([user(text("fail: 529 always"))], more).prompt).toBeUndefined();
    expect(answer([user(text("fail: 529 always"))], more)).toEqual(['{"title":"scripted","kind":"a"}']);
  });
});

describe("the key of a request", () => {
  const key = (messages: unknown[], userId = "one") => find(messages, { metadata: { user_id: userId } }).key;
  const prompt = user(text("fail: 529 once"));

  it("is the same for a retry, even with other reminders", () => {
    expect(key([user(reminder, text("fail: 529 once"))])).toBe(
      key([user(text(""), text("fail: 529 once")), system("x")]),
    );
  });

  it("differs between sessions, prompts and turns", () => {
    const later = [prompt, assistant(text("ok")), prompt];
    const nextTurn = [prompt, assistant(call("1")), user(result("1"))];
    expect(new Set([key([prompt]), key([prompt], "two"), key(later), key(nextTurn)]).size).toBe(4);
  });
});
