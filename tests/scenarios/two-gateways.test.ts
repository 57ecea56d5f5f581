/** What keeps two gateways from looking after one session: the lock of their data directory, the fence behind it. */
import { rm } from "node:fs/promises";
import { setTimeout as standStill } from "node:timers/promises";
import { type Client, createClient, type Event, endsTurn } from "@cc-docker/client";
import { dataPaths } from "@cc-docker/server";
import { expect } from "vitest";
import { runInside } from "../harness/engine.ts";
import { type Install, openInstall } from "../harness/install.ts";
import { collectUntil, openSession, runTurn, toolResults } from "../harness/run-turn.ts";
import { type GatewayProcess, startGatewayProcess } from "../harness/start-gateway-process.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const LONG_MS = 180_000;
/** Longer than a link may be silent, and than another gateway would wait. */
const STANDSTILL_MS = 60_000;

verifies(
  "session.one-gateway",
  "a gateway that stands still keeps a second one out, and goes on as if nothing had been",
  async () => {
    await using install = await openInstall({ MODEL_MAX_RETRIES: "5" });
    await using gateway = await startGatewayProcess(install.env);
    const client = clientOf(install, gateway);
    const { id } = await openSession(client);
    const prompt = "bash: sleep 12; touch over; echo ok\nsay: whole";
    const turn = await sendAndFreeze(client, gateway, { id, prompt });
    const standstill = standStill(STANDSTILL_MS);
    await expect(startGatewayProcess(install.env)).rejects.toThrow(/ended with 5: DATA_DIR_IN_USE/);
    await untilThereIs(id, "over"); // the agent goes on to call the model, which nobody takes for now
    await standstill;
    process.kill(gateway.pid, "SIGCONT");
    const events = await collectTurn(client, id, turn);
    expectOnce(events, { turn, text: "whole", tool: "ok" });
    expect(countCalls(install, "whole")).toBeLessThanOrEqual(3); // two undisturbed, and one that the pause may have cut
    await client.sessions.delete.mutate({ sessionId: id });
  },
  { timeout: LONG_MS },
);

verifies(
  "session.one-gateway",
  "of two gateways that both believe they hold a session, the one that was replaced writes nothing and lets go",
  async () => {
    await using install = await openInstall({ MODEL_MAX_RETRIES: "5" });
    await using replaced = await startGatewayProcess(install.env);
    const { id } = await openSession(clientOf(install, replaced));
    const prompt = "bash: sleep 1; touch over; echo ok\nsay: once";
    const turn = await sendAndFreeze(clientOf(install, replaced), replaced, { id, prompt });
    await untilThereIs(id, "over"); // what the agent says of it waits in the pipe of the one that stands still
    await rm(dataPaths(install.dataDir).lock);
    await using holder = await startGatewayProcess(install.env);
    const client = clientOf(install, holder);
    expectOnce(await collectTurn(client, id, turn), { turn, text: "once", tool: "ok" });

    process.kill(replaced.pid, "SIGCONT");
    await waitUntil(() => replaced.output().includes("another gateway holds the session"), {
      what: "the one that was replaced to let go",
      deadlineMs: 20_000,
    });
    expect((await runTurn(client, id, "say: the next")).text).toBe("the next");
    const events = await collectUntil(client, { sessionId: id, isLast: ({ data }) => textOf(data) === "the next" });
    expectOnce(events, { turn, text: "once", tool: "ok" });
    expect(countCalls(install, "once")).toBeLessThanOrEqual(3);
    await client.sessions.delete.mutate({ sessionId: id });
  },
  { timeout: LONG_MS },
);

function clientOf(install: Install, gateway: GatewayProcess): Client {
  return createClient({ url: gateway.url, token: () => install.token("alice") });
}

/** The gateway stands still while the agent's tool runs. @returns the turn's id */
async function sendAndFreeze(
  client: Client,
  gateway: GatewayProcess,
  { id: sessionId, prompt }: { id: string; prompt: string },
): Promise<string> {
  const { id: turnId } = await client.chat.send.mutate({ sessionId, prompt });
  const isTool = ({ type, turnId: of }: Event) => type === "agent.assistant" && of === turnId;
  await collectUntil(client, { sessionId, isLast: isTool });
  process.kill(gateway.pid, "SIGSTOP");
  return turnId;
}

async function untilThereIs(sessionId: string, file: string): Promise<void> {
  const isThere = async () => (await runInside(sessionId, `test -e /workspace/${file}`)).exitCode === 0;
  await waitUntil(isThere, { what: `the agent to have made ${file}`, deadlineMs: 30_000, everyMs: 200 });
}

function collectTurn(client: Client, sessionId: string, turn: string): Promise<Event[]> {
  return collectUntil(client, { sessionId, isLast: ({ type, turnId }) => endsTurn(type) && turnId === turn });
}

/** The log has no gap, and the turn has one end and its tool one result. */
function expectOnce(
  events: readonly Event[],
  { turn, text, tool }: { turn: string; text: string; tool: string },
): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const ends = events.filter(({ type, turnId }) => endsTurn(type) && turnId === turn);
  expect(ends).toMatchObject([{ type: "turn.completed", data: { result: { text } } }]);
  expect(toolResults(events)).toEqual([tool]);
}

function textOf(data: unknown): string | undefined {
  return (data as { result?: { text?: string } }).result?.text;
}

function countCalls(install: Install, answer: string): number {
  return install.model.journal.prompts().filter((prompt) => prompt.endsWith(`say: ${answer}`)).length;
}
