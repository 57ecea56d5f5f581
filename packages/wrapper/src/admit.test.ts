import { MAX_AGENT_MESSAGE_BYTES, OutboxItem } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { admit } from "./admit.ts";

describe("a message of the agent", () => {
  it("goes out as it came", () => {
    const message = { type: "assistant", message: { content: [] } };
    expect(admit(message)).toBe(message);
  });

  it("that is too large goes out as its kind and size", () => {
    const bytes = MAX_AGENT_MESSAGE_BYTES + 1;
    expect(admit({ type: "user", text: "x".repeat(bytes) })).toMatchObject({ type: "user", truncated: true });
  });

  it.each([{ type: 5 }, { type: "x".repeat(101) }, { kind: "none" }])(
    "is made one that the gateway takes: %j",
    (message) => {
      const item = { n: 1, kind: "agent", message: admit(message as never) };
      expect(OutboxItem.parse(item)).toEqual(item);
    },
  );
});
