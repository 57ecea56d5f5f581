import { describe, expect, it } from "vitest";
import { readTranscriptEnd } from "./read-transcript-end.ts";

/** As Claude Code 2.1.329 wrote it, without the fields that nobody here reads. */
const ANSWER = {
  type: "assistant",
  uuid: "6c1d",
  message: {
    role: "assistant",
    content: [{ type: "text", text: "hello" }],
    stop_reason: "end_turn" as string | null,
    usage: {
      input_tokens: 2,
      output_tokens: 1,
      cache_read_input_tokens: 30,
      cache_creation_input_tokens: 4,
    },
  },
};

const ended = (fields: Record<string, unknown>) =>
  readTranscriptEnd(JSON.stringify({ ...ANSWER, message: { ...ANSWER.message, ...fields } }));

describe("a transcript whose instance died", () => {
  it("without the prompt says that the agent never took it", () => {
    expect(readTranscriptEnd(undefined)).toEqual({ kind: "prompt_missing" });
  });

  it("that ends in a whole answer holds the turn's text and tokens", () => {
    expect(readTranscriptEnd(JSON.stringify(ANSWER))).toEqual({
      kind: "answered",
      text: "hello",
      usage: { inputTokens: 2, outputTokens: 1, cacheReadTokens: 30, cacheCreationTokens: 4 },
    });
  });

  it.each(["end_turn", "stop_sequence", "max_tokens", "refusal"])(
    "is answered when it stopped by %s",
    (stop_reason) => {
      expect(ended({ stop_reason })).toMatchObject({ kind: "answered", text: "hello" });
    },
  );

  it.each(["tool_use", "pause_turn", null, undefined, 5, "something new"])(
    "is unfinished when it stopped by %s",
    (stop_reason) => {
      expect(ended({ stop_reason })).toEqual({ kind: "unfinished" });
    },
  );

  it.each([
    ["the prompt", { type: "user", uuid: "1", message: { role: "user", content: "hi" } }],
    ["a tool's result", { type: "user", message: { role: "user", content: [{ type: "tool_result" }] } }],
    ["an answer that says nothing of itself", { type: "assistant" }],
    ["an answer without content", { type: "assistant", message: { stop_reason: "end_turn" } }],
    ["an answer of another shape", { type: "assistant", message: { stop_reason: "end_turn", content: "hello" } }],
    ["null", null],
    ["a list", []],
  ])("is unfinished when %s is its last", (_what, tail) => {
    expect(readTranscriptEnd(JSON.stringify(tail))).toEqual({ kind: "unfinished" });
  });

  it("has the text of all text of the last answer, and of nothing else", () => {
    const content = [
      { type: "thinking", thinking: "hm" },
      { type: "text", text: "one " },
      { type: "text" },
      { type: "text", text: "two" },
    ];
    expect(ended({ content })).toMatchObject({ text: "one two" });
  });

  it.each([undefined, null, "much", { input_tokens: -1 }, { input_tokens: "1", output_tokens: 1e300 }])(
    "takes no tokens from what is no count: %j",
    (usage) => {
      const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 };
      expect(ended({ usage })).toMatchObject({ kind: "answered", usage: none });
    },
  );
});

it("is failed when the model call had failed for good, in the agent's words", () => {
  const content = [{ type: "text", text: "API Error: 529 overloaded" }];
  const message = { model: "<synthetic>", role: "assistant", stop_reason: "stop_sequence", content };
  const tail = JSON.stringify({ type: "assistant", uuid: "1", isApiErrorMessage: true, error: "overloaded", message });
  expect(readTranscriptEnd(tail)).toEqual({ kind: "failed", text: "API Error: 529 overloaded" });
});
