import { expect, test } from "vitest";
import type { EventRow } from "../../../core/core.ts";
import { PAGE_FRAMES } from "./stream-messages.ts";

test("an agent's message becomes no more messages than a reader can take, however many blocks it says it has", () => {
  const message = { content: Array.from({ length: 5000 }, () => ({})) };
  const json = JSON.stringify({ seq: 7, type: "agent.assistant", data: { type: "assistant", message } });
  const frames = PAGE_FRAMES.messages([{ seq: 7, type: "agent.assistant", json } as EventRow]).toString("latin1");
  expect(frames.match(/"type":"assistant"/g)).toHaveLength(100);
  expect(frames).toMatch(/"seq":7\}$/);
});
