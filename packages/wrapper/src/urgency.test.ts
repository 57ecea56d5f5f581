import { randomUUID } from "node:crypto";
import { AgentSessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { isUrgent } from "./urgency.ts";

const delta = { type: "stream_event", event: { type: "content_block_delta" } };

const AGENT_SESSION = AgentSessionId.parse(randomUUID());

describe("an item of the outbox", () => {
  it.each([delta, { type: "assistant" }, { type: "user" }, { type: "result" }])("leaves at once: %j", (message) => {
    expect(isUrgent({ kind: "agent", message })).toBe(true);
  });

  it("leaves at once when the agent has ended", () => {
    expect(isUrgent({ kind: "agent-exited", detail: "" })).toBe(true);
  });

  it.each([
    { type: "system", subtype: "init" },
    { type: "stream_event", event: { type: "message_start" } },
    { type: "stream_event" },
    { type: "something new" },
  ])("may wait for company: %j", (message) => {
    expect(isUrgent({ kind: "agent", message })).toBe(false);
  });

  it("may wait for the message that it is about when it is of the transcript", () => {
    expect(isUrgent({ kind: "transcript", agentSessionId: AGENT_SESSION, entries: [{ type: "user" }] })).toBe(false);
  });
});
