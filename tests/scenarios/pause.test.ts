/** Sessions that stand still: paused by a person, frozen behind the gateway's back, or parked. */

import { setTimeout as measuringTime } from "node:timers/promises";
import { type Client, createClient, type Event, endsTurn } from "@cc-docker/client";
import { expect } from "vitest";
import { containerOf, findContainer, runInside } from "../harness/engine.ts";
import { findFreePort } from "../harness/find-free-port.ts";
import { openInstall } from "../harness/install.ts";
import { collectUntil, openSession, runTurn, streamedText, toolResults } from "../harness/run-turn.ts";
import { startGatewayProcess } from "../harness/start-gateway-process.ts";
import { shareStack, startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

verifies("session.pauses", "a turn stands still while its session is paused, and goes on where it was", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const sessionId = session.id;
  const running = runTurn(client, sessionId, "bash: echo begun\nstream: 100 words every 10ms");
  await untilWords(client, sessionId);
  expect(await client.sessions.pause.mutate({ sessionId })).toMatchObject({ status: "paused" });
  expect(await isFrozen(sessionId)).toBe(true);
  const { id: turnId } = await client.chat.send.mutate({ sessionId, prompt: "say: accepted while paused" });
  expect(await client.chat.get.query({ sessionId, turnId })).toMatchObject({ status: "queued" });
  expect((await client.sessions.list.query({ status: "paused" })).sessions).toMatchObject([{ id: sessionId }]);

  expect(await client.sessions.resume.mutate({ sessionId })).toMatchObject({ status: "running" });
  const { turn, text, events } = await running;
  expect([turn.status, text]).toEqual(["completed", expect.stringMatching(/^word1 .* word100$/)]);
  expect(streamedText(events)).toContain(text);
  await collectUntil(client, { sessionId, isLast: (event) => endsTurn(event.type) && event.turnId === turnId });
  const waited = await client.chat.get.query({ sessionId, turnId });
  expect(waited.result?.text).toBe("accepted while paused");
});

verifies("session.pauses", "a turn that is interrupted while it is paused ends when it is resumed", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const sessionId = session.id;
  const running = runTurn(client, sessionId, "stream: 1000 words every 10ms");
  await untilWords(client, sessionId);
  await client.sessions.pause.mutate({ sessionId });
  await client.chat.interrupt.mutate({ sessionId });
  await client.sessions.resume.mutate({ sessionId });
  expect((await running).turn).toMatchObject({ status: "interrupted", error: { code: "TURN_INTERRUPTED" } });
  expect((await runTurn(client, sessionId, "say: next")).text).toBe("next");
});

verifies("session.pauses", "a paused session is stopped promptly, woken by resume, and deleted promptly", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const sessionId = session.id;
  await client.sessions.pause.mutate({ sessionId });
  const beganAt = performance.now();
  expect(await client.sessions.stop.mutate({ sessionId })).toMatchObject({ status: "stopped" });
  expect(await findContainer(sessionId)).toBeUndefined();
  expect(performance.now() - beganAt).toBeLessThan(10_000);
  await expect(client.sessions.pause.mutate({ sessionId })).rejects.toMatchObject({ code: "SESSION_NOT_PAUSABLE" });
  expect(await client.sessions.resume.mutate({ sessionId })).toMatchObject({ status: "starting" });
  expect((await runTurn(client, sessionId, "say: woken")).text).toBe("woken");
  await client.sessions.pause.mutate({ sessionId });
  await client.sessions.delete.mutate({ sessionId });
  expect(await findContainer(sessionId)).toBeUndefined();
});

verifies(
  "session.pauses",
  "a paused session stays so over a kill of the gateway, and its turn goes on after",
  async () => {
    await using install = await openInstall({ PORT: String(await findFreePort()), MODEL_MAX_RETRIES: "5" });
    const client = createClient({
      url: `http://127.0.0.1:${install.env["PORT"]}`,
      token: () => install.token("alice"),
    });
    const first = await startGatewayProcess(install.env);
    const { id: sessionId } = await openSession(client);
    const { id: turnId } = await client.chat.send.mutate({ sessionId, prompt: "stream: 100 words every 20ms" });
    await untilWords(client, sessionId);
    await client.sessions.pause.mutate({ sessionId });
    await first.end("SIGKILL");
    const second = await startGatewayProcess(install.env);
    const events = collectUntil(client, {
      sessionId,
      isLast: ({ turnId: of, type }) => of === turnId && endsTurn(type),
    });
    expect(await client.sessions.get.query({ sessionId })).toMatchObject({ status: "paused" });
    expect(await isFrozen(sessionId)).toBe(true);
    await client.sessions.resume.mutate({ sessionId });
    expect((await events).at(-1)).toMatchObject({ type: "turn.completed" });
    expect((await events).map(({ type }) => type)).not.toContain("turn.resumed");
    await client.sessions.delete.mutate({ sessionId });
    await second.end("SIGTERM");
  },
);

verifies("session.pauses", "a container that is paused behind the gateway's back goes on by itself", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const running = runTurn(client, session.id, "stream: 100 words every 10ms");
  await untilWords(client, session.id);
  await (await containerOf(session.id)).pause();
  const { turn, events } = await running;
  expect(turn.status).toBe("completed");
  expect(events.map(({ type }) => type)).not.toContain("turn.resumed");
});

verifies("session.parks", "an idle session is parked, uses no CPU, and the next prompt does not notice", async () => {
  const client = stack().client();
  await using session = await openSession(client, { parkAfter: 0.3 });
  const before = await runTurn(client, session.id, "bash: echo $PPID; (while :; do :; done) > /dev/null 2>&1 &");
  await untilParked(client, session.id);
  expect(await isFrozen(session.id)).toBe(false);
  const states = await runInside(
    session.id,
    "for p in /proc/[0-9]*/status; do grep -h -e ^State -e ^Uid $p | tr '\\n' ' '; echo; done",
  );
  const ofAgent = states.stdout.split("\n").filter((line) => line.includes("Uid:\t1000\t"));
  expect(ofAgent.length).toBeGreaterThan(1);
  expect(ofAgent.filter((line) => !line.startsWith("State:\tT"))).toEqual([]);
  // The wrapper has still the end of the turn to put away.
  const isQuiet = async () => (await cpuMsOver(session.id, 2000)) < 1;
  await waitUntil(isQuiet, { what: "the container to use no CPU", deadlineMs: 30_000 });
  const after = await runTurn(client, session.id, "bash: echo $PPID");
  expect(toolResults(after.events)[0]).toBe(toolResults(before.events)[0]?.trim());
  expect(after.turn.status).toBe("completed");
});

verifies("session.parks", "a parked session is resumed, paused and stopped like an idle one", async () => {
  const client = stack().client();
  await using session = await openSession(client, { parkAfter: 0.2, idleTimeout: 4 });
  const sessionId = session.id;
  await untilParked(client, sessionId);
  expect(await client.sessions.resume.mutate({ sessionId })).toMatchObject({ status: "idle" });
  await untilParked(client, sessionId);
  expect(await client.sessions.pause.mutate({ sessionId })).toMatchObject({ status: "paused" });
  expect(await isFrozen(sessionId)).toBe(true);
  await client.sessions.resume.mutate({ sessionId });
  expect((await runTurn(client, sessionId, "say: here")).text).toBe("here");
  const events = await collectUntil(client, { sessionId, isLast: ({ type }) => type === "session.stopped" });
  expect(events.slice(-2).map(({ type, data }) => [type, (data as { reason: string }).reason])).toEqual([
    ["session.paused", "parked"],
    ["session.stopped", "idle_timeout"],
  ]);
});

verifies("session.parks", "a parked session outlives a restart of the gateway, parked", async () => {
  await using own = await startStack();
  const { id } = await openSession(own.client(), { parkAfter: 0.3 });
  const before = await runTurn(own.client(), id, "bash: echo $PPID");
  await untilParked(own.client(), id);
  await own.stop();
  await own.start();
  expect(await own.client().sessions.get.query({ sessionId: id })).toMatchObject({ status: "paused", parked: true });
  const after = await runTurn(own.client(), id, "bash: echo $PPID");
  expect(toolResults(after.events)).toEqual(toolResults(before.events));
});

verifies("session.parks", "a parked session whose agent dies fails, and the next prompt wakes it", async () => {
  const client = stack().client();
  await using session = await openSession(client, { parkAfter: 0.2 });
  await untilParked(client, session.id);
  await runInside(session.id, "pkill -9 -x claude", "agent");
  await collectUntil(client, { sessionId: session.id, isLast: ({ type }) => type === "session.failed" });
  expect((await runTurn(client, session.id, "say: again")).text).toBe("again");
});

const isWord = ({ type, data }: Event) => type === "agent.stream_event" && JSON.stringify(data).includes("text_delta");

async function untilWords(client: Client, sessionId: string): Promise<void> {
  await collectUntil(client, { sessionId, isLast: isWord });
}

async function untilParked(client: Client, sessionId: string): Promise<void> {
  await waitUntil(async () => (await client.sessions.get.query({ sessionId })).parked, { what: "the session to park" });
}

async function isFrozen(sessionId: string): Promise<boolean> {
  return (await (await containerOf(sessionId)).inspect()).State.Paused;
}

type Stats = { cpu_stats: { cpu_usage: { total_usage: number } } };

/** CPU time of all in the container, by the kernel's account. */
async function cpuMsOver(sessionId: string, ms: number): Promise<number> {
  const container = await containerOf(sessionId);
  const read = async () =>
    ((await container.stats({ stream: false, "one-shot": true })) as Stats).cpu_stats.cpu_usage.total_usage;
  const before = await read();
  await measuringTime(ms);
  return ((await read()) - before) / 1e6;
}
