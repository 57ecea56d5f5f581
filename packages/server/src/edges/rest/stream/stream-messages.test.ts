import { expect, test } from "vitest";
import { encodeEvent } from "./stream-messages.ts";

test("an agent's message becomes no more messages than a reader can take, however many blocks it says it has", () => {
  const message = { content: Array.from({ length: 5000 }, () => ({})) };
  const json = JSON.stringify({ seq: 7, type: "agent.assistant", data: { type: "assistant", message } });
  const texts = encodeEvent({ seq: 7, type: "agent.assistant", json } as never, "messages");
  expect(texts).toHaveLength(100);
  expect(JSON.parse(texts.at(-1) ?? "")).toMatchObject({ type: "assistant", seq: 7 });
});
