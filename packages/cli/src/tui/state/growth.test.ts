/** A UI stays open for days: what comes and goes in it must not stay in memory. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { drawFrame } from "../frame/draw-frame.ts";
import { createAppOn, createFakeGateway } from "./fake-gateway.test-helper.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let closing: AbortController;
beforeEach(() => void (closing = new AbortController()));
afterEach(() => closing.abort());

/** How many bytes more are held after `work` was done `more` times than after its `first` times. */
async function growthOf(work: (time: number) => Promise<void>, first: number, more: number): Promise<number> {
  for (let time = 0; time < first; time += 1) await work(time);
  const before = bytesHeld();
  for (let time = first; time < first + more; time += 1) await work(time);
  return bytesHeld() - before;
}

function bytesHeld(): number {
  for (let round = 0; round < 3; round += 1) collectGarbage();
  return process.memoryUsage().heapUsed;
}

it("keeps nothing of sessions that are gone", async () => {
  const gateway = createFakeGateway();
  const app = createAppOn(gateway, closing.signal);
  const listed = async (count: number) => {
    app.listing.refresh();
    await vi.waitUntil(() => app.listing.total() === count, { interval: 1 });
  };
  const growth = await growthOf(
    async (time) => {
      const ids = Array.from({ length: 25 }, (_, n) => gateway.create(`${time} ${n} ${"i".repeat(1000)}`));
      for (const [n, id] of ids.entries()) gateway.say(id, `${"x".repeat(5000)} ${time} ${n}`);
      await listed(ids.length);
      await vi.waitUntil(() => app.listing.rows().every(({ lastLine }) => lastLine !== ""), { interval: 1 });
      for (const id of ids.slice(0, 12)) app.show(id);
      drawFrame(app, { columns: 80, rows: 24 });
      for (const id of ids) gateway.remove(id);
      for (const id of [...app.sessions.ids()]) app.close(id);
      await listed(0);
    },
    40,
    80,
  );
  expect(growth / (80 * 25), "bytes a session").toBeLessThan(400);
});

it("keeps nothing of what was asked and answered in a session, beyond its window", async () => {
  const gateway = createFakeGateway();
  const id = gateway.create("session");
  const app = createAppOn(gateway, closing.signal);
  app.show(id);
  const growth = await growthOf(
    async (time) => {
      const session = app.sessions.find(id);
      for (let n = 0; n < 2000; n += 1) {
        const name = `${time} ${n} ${"x".repeat(180)}`;
        gateway.ask(id, `tool ${name}`, "tool");
        gateway.ask(id, `question ${name}`, "question");
        session?.answers.set(`question ${name}`, { "Which one?": name });
        for (const approvalId of [`tool ${name}`, `question ${name}`])
          gateway.append(id, "approval.answered", { approvalId, state: "allowed", answer: {} });
        if (n % 20 === 0) await vi.waitUntil(() => session?.view().openApprovals.length === 0, { interval: 1 });
      }
      await vi.waitUntil(() => session?.view().lastSeq === (time + 1) * 8000, { interval: 1 });
      drawFrame(app, { columns: 80, rows: 24 });
      gateway.compact(id);
    },
    6,
    4,
  ); // the first fill the window
  expect(growth / (4 * 4000), "bytes an approval").toBeLessThan(80);
});
