import { describe, expect, it } from "vitest";
import { NormalizedData, normalize } from "./normalize.ts";

describe("a message of Claude Code, normalized,", () => {
  it.each([
    [
      "agent.assistant",
      {
        message: {
          content: [
            { type: "thinking", thinking: "hm", signature: "s" },
            { type: "text", text: "I look." },
            { type: "tool_use", id: "t1", name: "Read", input: { file_path: "a" } },
          ],
        },
      },
      {
        content: [
          { type: "thinking", text: "hm" },
          { type: "text", text: "I look." },
          { type: "tool_use", tool_use_id: "t1", tool: "Read", input: { file_path: "a" } },
        ],
      },
    ],
    [
      "agent.user",
      {
        message: {
          content: [
            { type: "tool_result", tool_use_id: "t1", content: "text" },
            {
              type: "tool_result",
              tool_use_id: "t2",
              content: [{ type: "text", text: "one" }, { type: "image" }],
              is_error: true,
            },
          ],
        },
      },
      {
        content: [
          { type: "tool_result", tool_use_id: "t1", text: "text", is_error: false },
          { type: "tool_result", tool_use_id: "t2", text: "one", is_error: true },
        ],
      },
    ],
    ["agent.user", { message: { content: "said" } }, { content: [{ type: "text", text: "said" }] }],
    [
      "agent.stream_event",
      { event: { type: "content_block_delta", delta: { type: "text_delta", text: "he" } } },
      { delta: { type: "text", text: "he" } },
    ],
    ["agent.stream_event", { event: { type: "message_stop" } }, {}],
    [
      "agent.result",
      {
        subtype: "success",
        result: "done",
        duration_ms: 5,
        total_cost_usd: 0.1,
        usage: { input_tokens: 1, output_tokens: 2 },
      },
      {
        subtype: "success",
        result: "done",
        duration_ms: 5,
        total_cost_usd: 0.1,
        usage: { input_tokens: 1, output_tokens: 2 },
      },
    ],
    ["agent.system", { subtype: "init", cwd: "/workspace" }, { subtype: "init" }],
  ])("%s: %j is %j", (type, message, expected) => {
    expect(normalize(type, message)).toEqual(expected);
  });

  it("keeps its shape, whatever the agent wrote", () => {
    const odd = [
      null,
      1,
      "x",
      [],
      [null],
      { message: 1 },
      { message: { content: [1, null, { type: "text" }, { type: "tool_use" }] } },
    ];
    const odder = [
      { event: { delta: { type: "text_delta" } } },
      { subtype: 1, result: {}, usage: [], duration_ms: "1" },
    ];
    for (const message of [...odd, ...odder]) {
      for (const type of ["agent.assistant", "agent.user", "agent.stream_event", "agent.result", "agent.new"]) {
        expect(NormalizedData.safeParse(normalize(type, message)).error).toBeUndefined();
      }
    }
  });
});
