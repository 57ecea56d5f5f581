import type { Client, Event, SessionId } from "@cc-docker/client";
import { afterEach, describe, expect, it } from "vitest";
import { openSession } from "./open-session.ts";

const ID = "11111111-1111-4111-8111-111111111111" as SessionId;
const TURN = "22222222-2222-4222-8222-222222222222";

/** A session whose events come when they are pushed. */
function openFake({ isShown = (): boolean => true } = {}) {
  const closing = new AbortController();
  const queue: Event[] = [];
  let wake = () => {};
  let seq = 0;
  async function* followEvents() {
    while (!closing.signal.aborted) {
      yield* queue.splice(0);
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const client = { followEvents } as unknown as Client;
  const session = openSession({
    client,
    id: ID,
    signal: closing.signal,
    oldSeq: 0,
    isShown,
    onChange: () => {},
  });

  function push(type: Event["type"], data: unknown = {}): void {
    seq += 1;
    queue.push({ seq, sessionId: ID, type, turnId: TURN, at: new Date().toISOString(), data } as Event);
    wake();
  }
  afterEach(() => closing.abort());
  return { session, push };
}

describe("an open session", () => {
  it("is unread when something came while it was not shown", async () => {
    let isShown = true;
    const { session, push } = openFake({ isShown: () => isShown });
    push("turn.completed");
    await expect.poll(() => session.view().lastSeq).toBe(1);
    expect(session.isUnread).toBe(false);
    isShown = false;
    push("turn.completed");
    await expect.poll(() => session.isUnread).toBe(true);
  });
});
