import type { SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { createManualClock } from "../../lib/clock.test-helper.ts";
import { openTestCore, resultMessage } from "../core.test-helper.ts";

async function readSeries(t: Awaited<ReturnType<typeof openTestCore>>, series: string): Promise<number> {
  const { text } = await t.meter.render();
  const line = text.split("\n").find((one) => one.startsWith(`cc_docker_${series} `));
  return Number(line?.split(" ").at(-1) ?? 0);
}

describe("the metrics of sessions", () => {
  it("tell how long they took to start and how long they lived", async () => {
    const clock = createManualClock();
    await using t = await openTestCore({ clock });
    const { id: sessionId } = await t.core.sessions.create({ owner: "ann", config: {} });
    clock.advance(2500);
    await t.core.links.ready({ sessionId, generation: 1 });
    expect(await readSeries(t, "container_startup_seconds_sum")).toBe(2.5);
    expect(await readSeries(t, "sessions_active")).toBe(1);
    clock.advance(7500);
    await t.core.sessions.stop({ owner: "ann", sessionId });
    expect(await readSeries(t, "session_duration_seconds_sum")).toBe(10);
    expect(await readSeries(t, "sessions_active")).toBe(0);
    expect(await readSeries(t, 'sessions_total{status="stopped"}')).toBe(1);
  });

  it("add up what their turns have used", async () => {
    await using t = await openTestCore();
    const sessionId: SessionId = await t.openSession();
    const used = { input_tokens: 3, output_tokens: 5, cache_read_input_tokens: 7, cache_creation_input_tokens: 11 };
    await t.ingest(sessionId, resultMessage(await t.send(sessionId), { total_cost_usd: 0.5, usage: used }));
    await t.ingest(sessionId, resultMessage(await t.send(sessionId), { total_cost_usd: 0.75 }));
    expect(await readSeries(t, "claude_turns_total")).toBe(2);
    expect(await readSeries(t, "claude_cost_usd_total")).toBe(0.75);
    const readTokens = (type: string) => readSeries(t, `claude_tokens_total{type="${type}"}`);
    const types = ["input", "output", "cache_read", "cache_creation"];
    expect(await Promise.all(types.map(readTokens))).toEqual([3, 5, 7, 11]);
    expect((await t.core.limits("ann")).tokensToday.used).toBe(26);
  });

  it("tell the containers that the engine has", async () => {
    await using t = await openTestCore();
    await t.openSession();
    await expect.poll(() => readSeries(t, 'containers_total{status="running"}')).toBe(1);
  });
});
