import { PassThrough } from "node:stream";
import { CcError } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { openTestCore, type TestCore } from "../../core/core.test-helper.ts";
import type { Clock } from "../../lib/clock.ts";
import { createRedactor } from "../../lib/redact.ts";
import { startLinkManager } from "./link-manager.ts";

/** Whose hours are seconds. */
const HASTE = 100;
const hasty: Clock = {
  nowIso: () => new Date().toISOString(),
  monotonicMs: () => performance.now() * HASTE,
  setTimer(ms, work) {
    const timer = setTimeout(work, ms / HASTE);
    return () => clearTimeout(timer);
  },
};

/** As the engine answers where the link is a program in the container: not while that is frozen. */
function linkByExec(t: TestCore): { refusals: number[]; opened: () => number } {
  const refusals: number[] = [];
  let opened = 0;
  t.runtime.openLink = async ({ sessionId }) => {
    if (t.runtime.instances.get(sessionId)?.paused) {
      refusals.push(hasty.monotonicMs());
      throw new CcError("RUNTIME_UNAVAILABLE", "The container is paused, unpause the container before exec.");
    }
    opened += 1;
    return new PassThrough();
  };
  return { refusals, opened: () => opened };
}

function manage(t: TestCore): AsyncDisposable {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const serveBroker = () => {};
  const manager = startLinkManager({
    links: t.core.links,
    log,
    serveBroker,
    modelMaxRetries: 1,
    redactor: createRedactor(),
    clock: hasty,
  });
  return { [Symbol.asyncDispose]: manager.close };
}

const span = (times: number[]) => (times.at(-1) ?? 0) - (times[0] ?? 0);

describe("a link that cannot be opened", () => {
  it("is no loss while its session stands still for a copy, however long; it is opened after", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const copying = Promise.withResolvers<void>();
    t.runtime.beforeCopy = () => copying.promise;
    await t.core.sessions.fork({ owner: "ann", sessionId: parent, config: {} });
    await expect.poll(() => t.runtime.instances.get(parent)?.paused, { interval: 1 }).toBe(true);
    const { refusals, opened } = linkByExec(t);
    await using _manager = manage(t);
    t.bus.publish(`links:${parent}`, 1);
    await expect.poll(() => span(refusals), { interval: 1, timeout: 5000 }).toBeGreaterThan(30_000);
    copying.resolve();
    await expect.poll(opened, { interval: 1, timeout: 5000 }).toBeGreaterThan(0);
    expect(await t.store.findSession(parent)).toMatchObject({ status: "idle" });
  });

  it("is the session's loss in the end otherwise", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    linkByExec(t);
    await t.runtime.pause(sessionId);
    await using _manager = manage(t);
    t.bus.publish(`links:${sessionId}`, 1);
    const status = async () => (await t.store.findSession(sessionId))?.status;
    await expect.poll(status, { interval: 1, timeout: 5000 }).toBe("failed");
  });
});
