import { randomUUID } from "node:crypto";
import type { SessionId, TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { agentMessage, openTestCore } from "../core.test-helper.ts";
import { findPartialText } from "./partial-text.ts";

const sessionId = randomUUID() as SessionId;
const turnId = randomUUID() as TurnId;
const at = new Date(0).toISOString();

function log(...messages: Record<string, unknown>[]) {
  return messages.map((data, index) => ({
    seq: index + 1,
    json: JSON.stringify({ seq: index + 1, sessionId, type: `agent.${String(data["type"])}`, turnId, at, data }),
  }));
}
const begins = { type: "stream_event", event: { type: "message_start" } };
const says = (text: string) => ({
  type: "stream_event",
  event: { type: "content_block_delta", delta: { type: "text_delta", text } },
});
const said = (text: string) => ({ type: "assistant", message: { content: [{ type: "text", text }] } });

describe("the text of an interrupted turn", () => {
  it("is what was being written", () => {
    expect(findPartialText(log(begins, says("Hel"), says("lo")), turnId)).toBe("Hello");
  });

  it("is the newest whole text when nothing was being written", () => {
    const tool = { type: "assistant", message: { content: [{ type: "tool_use", id: "t", input: {} }] } };
    expect(findPartialText(log(begins, says("I look."), said("I look."), tool, begins), turnId)).toBe("I look.");
  });

  it("is empty when nothing was said, and nothing of what helpers, other turns or garbage say", () => {
    const helper = { ...said("mine"), parent_tool_use_id: "t" };
    const garbage = { type: "assistant", message: "?" };
    expect(findPartialText(log(helper, garbage, { ...says("mine"), parent_tool_use_id: "t" }), turnId)).toBe("");
    expect(findPartialText(log(said("other")), randomUUID() as TurnId)).toBe("");
  });

  it("is kept in the turn's result, also when the last of it came in the same batch", async () => {
    await using test = await openTestCore();
    const id = await test.openSession();
    const turn = await test.send(id);
    await test.ingest(id, agentMessage(turn, begins), agentMessage(turn, says("So ")));
    await test.core.turns.interrupt({ owner: "ann", sessionId: id });
    const result = { type: "result", subtype: "error_during_execution", is_error: true };
    await test.ingest(id, agentMessage(turn, says("far")), agentMessage(turn, result));
    expect(await test.core.turns.get({ owner: "ann", sessionId: id, turnId: turn })).toMatchObject({
      status: "interrupted",
      result: { text: "So far" },
    });
  });
});
