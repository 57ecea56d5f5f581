import type { SessionId, TurnId } from "@cc-docker/protocol";
import { expect, test } from "vitest";
import type { SessionRow } from "../../ports/store/store.ts";
import { createTurnSpend } from "./turn-spend.ts";

const id = "s" as SessionId;
const turn = "t" as TurnId;
const session = (runningTurn?: string, more: Partial<SessionRow> = {}) =>
  ({ id, status: "running", deleted: false, runningTurn, ...more }) as SessionRow;

function use(inputTokens: number) {
  const usage = { inputTokens, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 2 * inputTokens };
  return { model: "m", usage, hourCacheTokens: inputTokens };
}

test("the newest word of each call counts, and of a session that does not live none", () => {
  const spend = createTurnSpend();
  spend.tell(id, {}, use(1000));
  spend.watch(session(turn, { status: "stopped" }));
  spend.tell(id, {}, use(1000));
  spend.watch(session(turn));
  const call = {};
  spend.tell(id, call, use(1));
  spend.watch(session(turn, { lastSeq: 5 }));
  spend.tell(id, call, use(2));
  spend.tell(id, {}, use(10));
  expect(spend.of(turn)).toEqual([use(2), use(10)]);
});

test("what is used between two turns is the second's", () => {
  const spend = createTurnSpend();
  spend.watch(session(turn));
  spend.tell(id, {}, use(1));
  spend.watch(session(undefined, { status: "idle" }));
  const call = {};
  spend.tell(id, call, use(10));
  spend.watch(session("next"));
  spend.tell(id, call, use(15));
  expect(spend.of("next" as TurnId)).toEqual([use(15)]);
});

test("a call that outlives its turn is paid by each for its part", () => {
  const spend = createTurnSpend();
  spend.watch(session(turn));
  const call = {};
  spend.tell(id, call, use(10));
  spend.watch(session("next"));
  spend.tell(id, call, use(12));
  spend.tell(id, call, use(15));
  expect(spend.of("next" as TurnId)).toEqual([use(5)]);
});

test("a turn that is over, or another gateway's, is forgotten", () => {
  const spend = createTurnSpend();
  spend.watch(session(turn));
  spend.tell(id, {}, use(1));
  spend.watch(session("next"));
  expect([spend.of(turn), spend.of("next" as TurnId)]).toEqual([[], []]);
  spend.tell(id, {}, use(1));
  spend.forget(id);
  expect(spend.of("next" as TurnId)).toEqual([]);
});

test("thousands of calls are counted whole, and hold no more memory than a thousand", () => {
  const spend = createTurnSpend();
  spend.watch(session(turn));
  for (let n = 0; n < 5000; n += 1) spend.tell(id, {}, use(1));
  expect(spend.of(turn).reduce((sum, { usage }) => sum + usage.inputTokens, 0)).toBe(5000);
  expect(spend.of(turn).reduce((sum, { hourCacheTokens }) => sum + hourCacheTokens, 0)).toBe(5000);
  expect(spend.of(turn).length).toBeLessThanOrEqual(1000);
});
