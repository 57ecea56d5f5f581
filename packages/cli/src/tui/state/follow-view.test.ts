import { once } from "node:events";
import type { Client, Event, SessionId } from "@cc-docker/client";
import { expect, it, vi } from "vitest";
import { followView } from "./follow-view.ts";

const broken = { seq: 1, type: "agent.assistant", turnId: "turn", at: "2026-01-01T00:00:00Z" };

/** A gateway that has one event, and goes on until nobody listens. */
function open(event: object, onEvent: () => void = () => undefined) {
  let isOver = false;
  async function* followEvents({ signal }: { signal: AbortSignal }) {
    yield event as Event;
    if (!signal.aborted) await once(signal, "abort");
    isOver = true;
  }
  const client = { followEvents } as unknown as Client;
  const onChange = () => void view.view();
  const options = { client, id: "one" as SessionId, signal: new AbortController().signal, onEvent, onChange };
  const view = followView(options);
  return { view, isOver: () => isOver };
}

it("shows a defect in reading an event as a failure of that session, and follows it no more", async () => {
  const event = Object.defineProperty({ ...broken }, "data", {
    get: () => {
      throw new Error("no reducer takes this");
    },
  });
  const { view, isOver } = open(event);
  await vi.waitFor(() => expect(isOver()).toBe(true));
  expect(view.failure()).toMatchObject({ code: "INTERNAL", message: expect.stringContaining("no reducer takes this") });
});

it("shows a defect in taking an event so too", async () => {
  const { view } = open({ ...broken, data: {} }, () => {
    throw new Error("nobody takes this");
  });
  await vi.waitFor(() => expect(view.failure()?.message).toContain("nobody takes this"));
});
