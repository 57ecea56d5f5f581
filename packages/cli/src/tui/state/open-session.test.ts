import { CcError, type Client, type Event, type SessionId } from "@cc-docker/client";
import { afterEach, describe, expect, it } from "vitest";
import { openSession } from "./open-session.ts";

const ID = "11111111-1111-4111-8111-111111111111" as SessionId;
const TURN = "22222222-2222-4222-8222-222222222222";

/** A session whose events come when they are pushed. */
function openFake({ isShown = (): boolean => true } = {}) {
  const closing = new AbortController();
  const queue: Event[] = [];
  const answers: unknown[] = [];
  const unanswered: unknown[] = [];
  let wake = () => {};
  let refusal: CcError | undefined;
  let seq = 0;
  async function* followEvents() {
    while (!closing.signal.aborted) {
      yield* queue.splice(0);
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  async function mutate(answer: unknown) {
    answers.push(answer);
    if (refusal) throw refusal;
  }
  const client = { followEvents, approvals: { answer: { mutate } } } as unknown as Client;
  const onUnanswered = (error: unknown) => void unanswered.push(error);
  const session = openSession({
    client,
    id: ID,
    signal: closing.signal,
    oldSeq: 0,
    isShown,
    onChange: () => {},
    onUnanswered,
  });

  function push(type: Event["type"], data: unknown = {}): void {
    seq += 1;
    queue.push({ seq, sessionId: ID, type, turnId: TURN, at: new Date().toISOString(), data } as Event);
    wake();
  }
  function ask(approvalId: string, toolName: string): void {
    const base = { sessionId: ID, turnId: TURN, kind: "tool", state: "open", input: {}, createdAt: "2026-01-01" };
    push("approval.requested", { approval: { ...base, id: approvalId, toolName } });
  }
  afterEach(() => closing.abort());
  return { session, push, ask, answers, unanswered, refuse: (error: CcError) => void (refusal = error) };
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

  it("asks a person about a tool, until that tool is allowed always", async () => {
    const { session, ask, answers } = openFake();
    ask("one", "Bash");
    await expect.poll(() => session.approvals().map(({ id }) => id)).toEqual(["one"]);
    session.allowAlways("Bash");
    ask("two", "Bash");
    ask("three", "Write");
    await expect.poll(() => session.approvals().map(({ id }) => id)).toEqual(["three"]);
    expect(answers).toMatchObject([
      { approvalId: "one", decision: "allow" },
      { approvalId: "two", decision: "allow" },
    ]);
  });

  it("asks the person after all when its own answer does not get through", async () => {
    const { session, ask, unanswered, refuse } = openFake();
    refuse(new CcError("SERVER_UNREACHABLE", "away"));
    session.allowAlways("Bash");
    ask("one", "Bash");
    await expect.poll(() => unanswered).toHaveLength(1);
    expect(session.approvals().map(({ id }) => id)).toEqual(["one"]);
  });
});
