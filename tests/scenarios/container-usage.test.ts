/** What containers use: for everybody in sums, for their owners one by one. */
import { expect } from "vitest";
import { openSession, runTurn } from "../harness/run-turn.ts";
import { startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

async function readMetrics(url: string): Promise<{ text: string; value(series: string): number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return {
    text,
    value: (series) =>
      Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${series} `))
          ?.split(" ")[1],
      ),
  };
}

verifies(
  "session.usage",
  "an owner sees what a session's container uses; others see sums, and no session",
  async () => {
    await using stack = await startStack();
    const client = stack.client();
    await using busy = await openSession(client);
    await using idle = await openSession(client);
    const stats = async (sessionId: string) => (await client.sessions.stats.query({ sessionId })).container;
    await runTurn(client, busy.id, "bash: (timeout 120 sh -c 'while :; do :; done' >/dev/null 2>&1 &)");
    await waitUntil(async () => ((await stats(busy.id))?.cpuPercent ?? 0) > 25, { what: "the busy loop to be seen" });
    expect((await stats(idle.id))?.cpuPercent).toBeLessThan(25);
    expect(await stats(busy.id)).toMatchObject({ networkRxBytes: expect.any(Number) });
    expect((await stats(busy.id))?.networkRxBytes).toBeGreaterThan(1000);
    expect((await stats(busy.id))?.networkTxBytes).toBeGreaterThan(1000);

    const { text, value } = await readMetrics(stack.url);
    const memory = (of: string) => value(`cc_docker_container_memory_usage_bytes{of="${of}"}`);
    expect(memory("sum")).toBeGreaterThan(memory("max"));
    expect(memory("max")).toBeGreaterThan(50_000_000);
    expect(value('cc_docker_container_cpu_usage_percent{of="max"}')).toBeGreaterThan(25);
    expect(value("cc_docker_container_network_tx_bytes")).toBeGreaterThan(1000);
    expect(text).not.toContain(busy.id);

    const foreign = stack.client("bob").sessions.stats.query({ sessionId: busy.id });
    await expect(foreign).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
    await client.sessions.pause.mutate({ sessionId: busy.id });
    expect(await client.sessions.stats.query({ sessionId: busy.id })).toMatchObject({
      status: "paused",
      container: {},
    });
    await client.sessions.stop.mutate({ sessionId: busy.id });
    expect(await client.sessions.stats.query({ sessionId: busy.id })).toEqual({ status: "stopped" });
  },
);
