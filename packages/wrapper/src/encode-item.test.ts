import { MAX_AGENT_MESSAGE_BYTES, OutboxItem } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { encodeItem } from "./encode-item.ts";

const encoded = (message: object): unknown => JSON.parse(encodeItem({ n: 1, kind: "agent", message } as OutboxItem));

describe("a message of the agent", () => {
  it("goes out as it came", () => {
    const message = { type: "assistant", message: { content: [] } };
    expect(encoded(message)).toEqual({ n: 1, kind: "agent", message });
  });

  it("that is too large goes out as its kind and size", () => {
    const text = "x".repeat(MAX_AGENT_MESSAGE_BYTES + 1);
    expect(encoded({ type: "user", text })).toMatchObject({ message: { type: "user", truncated: true } });
  });

  it.each([{ type: 5 }, { type: "x".repeat(101) }, { kind: "none" }])(
    "is made one that the gateway takes: %j",
    (message) => {
      const item = encoded(message);
      expect(OutboxItem.parse(item)).toEqual(item);
    },
  );
});
