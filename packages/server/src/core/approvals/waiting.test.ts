/** A person may take a day. */
import { expect, it } from "vitest";
import { type Clock, systemClock } from "../../lib/clock.ts";
import { openTestCore, resultMessage } from "../core.test-helper.ts";

const SECOND_MS = 1000;
const DAY_MS = 86_400 * SECOND_MS;

/** Time passes when the test says so. */
function createJumpingClock(): Clock & { jump(ms: number): void } {
  const timers = new Set<{ atMs: number; work: () => void }>();
  let nowMs = 0;
  return {
    nowIso: systemClock.nowIso,
    monotonicMs: () => nowMs,
    setTimer(ms, work) {
      const timer = { atMs: nowMs + ms, work };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    jump(ms) {
      nowMs += ms;
      for (const timer of [...timers].filter(({ atMs }) => atMs <= nowMs)) {
        timers.delete(timer);
        timer.work();
      }
    },
  };
}

it("a question waits for a day, whatever the session's times are, and the turn goes on with what was left", async () => {
  const clock = createJumpingClock();
  const timeouts = {
    requestTimeoutMs: 60 * SECOND_MS,
    sessionTimeoutMs: 90 * SECOND_MS,
    hangTimeoutMs: 50 * SECOND_MS,
  };
  const { core, store, openSession, send, ingest } = await openTestCore({ clock, timeouts });
  const sessionId = await openSession("ann", { permissionMode: "ask" });
  const turnId = await send(sessionId);
  clock.jump(40 * SECOND_MS);
  await ingest(sessionId, { kind: "approval", turnId, key: "k", toolName: "Bash", input: {} });
  clock.jump(DAY_MS);
  const [approval] = (await core.approvals.list({ owner: "ann", limit: 1, state: "open" })).approvals;
  if (!approval) throw new Error("nothing is asked any more");
  await core.approvals.answer({ owner: "ann", approvalId: approval.id, answer: { decision: "allow" } });
  clock.jump(19 * SECOND_MS);
  expect(await store.findSession(sessionId)).toMatchObject({ status: "running", runningTurn: turnId });
  expect((await store.findTurn(turnId))?.interrupt).toBeUndefined();
  clock.jump(1 * SECOND_MS);
  await expect.poll(async () => (await store.findTurn(turnId))?.interrupt).toBe("request_timeout");
  await ingest(sessionId, resultMessage(turnId));
  expect((await store.findSession(sessionId))?.status).toBe("idle");
});
