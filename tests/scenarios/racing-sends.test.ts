/** One prompt, sent by everybody at once while the gateway dies: still one turn. */
import { randomUUID } from "node:crypto";
import { type Client, createClient, type Event, endsTurn } from "@cc-docker/client";
import { expect } from "vitest";
import { insist } from "../harness/crash/insist.ts";
import { findFreePort } from "../harness/find-free-port.ts";
import { createModelCallReader } from "../harness/history/model-calls.ts";
import { openInstall } from "../harness/install.ts";
import { collectUntil, openSession } from "../harness/run-turn.ts";
import { startGatewayProcess } from "../harness/start-gateway-process.ts";
import { verifies } from "../verifies.ts";

const CLIENTS = 10;
const SENDS_A_WAVE = 5;

verifies(
  "turn.racing",
  "a hundred sends of one key over ten clients, with the gateway killed among them, are one turn and one model call",
  async () => {
    await using install = await openInstall({ PORT: String(await findFreePort()), MODEL_MAX_RETRIES: "5" });
    const url = `http://127.0.0.1:${install.env["PORT"]}`;
    let gateway = await startGatewayProcess(install.env);
    const clients = Array.from({ length: CLIENTS }, () => createClient({ url, token: () => install.token("alice") }));
    const [client] = clients as [Client];
    const { id: sessionId } = await openSession(client);
    await keepBusy(client, sessionId);

    const input = { sessionId, prompt: "say: only once", idempotencyKey: randomUUID() };
    const wave = () => clients.flatMap((one) => Array.from({ length: SENDS_A_WAVE }, () => sendOnce(one, input)));
    const early = wave();
    await Promise.race(early);
    await gateway.end("SIGKILL");
    const late = wave();
    gateway = await startGatewayProcess(install.env);
    const turns = await Promise.all([...early, ...late]);

    expect(turns).toHaveLength(100);
    expect(new Set(turns.map(({ id }) => id))).toEqual(new Set([turns[0]?.id]));
    const events = await collectUntil(client, {
      sessionId,
      isLast: ({ type, turnId }) => endsTurn(type) && turnId === turns[0]?.id,
    });
    const ofKey = events.filter(({ type, data }) => type === "turn.queued" && promptIn(data) === input.prompt);
    expect(ofKey.map(({ turnId }) => turnId)).toEqual([turns[0]?.id]);
    expect(events.at(-1)).toMatchObject({ type: "turn.completed", data: { result: { text: "only once" } } });
    const calls = createModelCallReader(install.model.journal)();
    expect(calls.filter(({ asked }) => asked.endsWith(input.prompt))).toHaveLength(1);

    await client.sessions.delete.mutate({ sessionId });
    await gateway.end("SIGTERM");
  },
);

/** A tool runs when the gateway dies, so no call of the model is under way: one that breaks would be made again. */
async function keepBusy(client: Client, sessionId: string): Promise<void> {
  await client.chat.send.mutate({ sessionId, prompt: "bash: sleep 3; echo up\nsay: first" });
  await collectUntil(client, { sessionId, isLast: ({ type }) => type === "agent.assistant" });
}

function sendOnce(client: Client, input: Parameters<Client["chat"]["send"]["mutate"]>[0]) {
  return insist(() => client.chat.send.mutate(input));
}

function promptIn(data: Event["data"]): unknown {
  return (data as { prompt?: unknown }).prompt;
}
