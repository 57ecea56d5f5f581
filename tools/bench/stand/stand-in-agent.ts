/**
 * Stands in for Claude Code: speaks as much of its protocol as the Agent SDK needs, and answers a prompt `N` with
 * so many token deltas, as fast as they are read, and `N@R` with R of them a second. For what is measured beside it, not for what it says.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

const sessionId = randomUUID();
/** A few hundred at a time, as a pipe takes them. */
const LINES_A_WRITE = 200;

type FromSdk = { type?: string; request_id?: string; message?: { content?: unknown } };

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as FromSdk;
  if (message.type === "control_request") agree(message.request_id);
  if (message.type === "user") await answer(promptOf(message));
}

function agree(requestId: string | undefined): void {
  say({ type: "control_response", response: { subtype: "success", request_id: requestId, response: {} } });
}

function promptOf({ message }: FromSdk): { events: number; perSecond: number } {
  const [events = 0, perSecond = 0] = String(message?.content).split("@").map(Number.parseFloat);
  return { events, perSecond };
}

async function answer({ events, perSecond }: ReturnType<typeof promptOf>): Promise<void> {
  if (perSecond > 0) await pace(events, perSecond);
  else await burst(events);
  say(result());
}

/** Each says when it was made. */
async function pace(events: number, perSecond: number): Promise<void> {
  const startedAt = performance.now();
  for (let done = 0; done < events; done += 1) {
    await delay(Math.max(0, startedAt + (done * 1000) / perSecond - performance.now()));
    say(delta(`~${Date.now()} `));
  }
}

async function burst(events: number): Promise<void> {
  for (let done = 0; done < events; ) {
    const end = Math.min(events, done + LINES_A_WRITE);
    let lines = "";
    for (; done < end; done += 1) lines += `${JSON.stringify(delta(`word${done} `))}\n`;
    if (!process.stdout.write(lines)) await once(process.stdout, "drain");
  }
}

function delta(text: string): object {
  const event = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } };
  return { type: "stream_event", event, session_id: sessionId, parent_tool_use_id: null, uuid: randomUUID() };
}

function result(): object {
  const counts = { duration_ms: 1, duration_api_ms: 1, num_turns: 1, total_cost_usd: 0 };
  const usage = { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const said = { subtype: "success", is_error: false, result: "done", ...counts, usage };
  return { type: "result", ...said, modelUsage: {}, permission_denials: [], session_id: sessionId, uuid: randomUUID() };
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
