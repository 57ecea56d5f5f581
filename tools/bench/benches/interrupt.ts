/** How soon a session is usable after an interrupt: idle, and the next prompt taken and started. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Client, type Event, endsTurn } from "@cc-docker/client";
import { type EventWatch, isText, watchEvents } from "../arms/watch-events.ts";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Outcome } from "../outcome.ts";
import { openStand } from "../stand/open-stand.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
const TARGET_MS = 500;
/** From the tool call's event until the tool is under way. */
const TOOL_STARTS_MS = 200;

type Times = { usableMs: number; answeringMs: number };
type Subject = { client: Client; sessionId: string; watch: EventWatch; signal: AbortSignal };

export async function interrupt(context: BenchContext): Promise<Outcome> {
  const { signal, samples = SAMPLES } = context;
  await using stand = await openStand(context);
  const { client } = stand.gateway;
  const { id: sessionId } = await client.sessions.create.mutate({});
  using watch = watchEvents(client, sessionId, signal);
  const subject = { client, sessionId, watch, signal };
  await inMidstOf(subject, STREAM);

  const taken = { streaming: [] as Times[], tool: [] as Times[] };
  const takings = [
    { count: samples, take: async () => void taken.streaming.push(await inMidstOf(subject, STREAM)) },
    { count: samples, take: async () => void taken.tool.push(await inMidstOf(subject, TOOL)) },
  ];
  await interleave(takings, signal);
  return toOutcome(taken);
}

type Work = { prompt: string; isUnderWay: (event: Event) => boolean; settleMs: number };

const STREAM: Work = { prompt: "stream: 5000 words every 5ms", isUnderWay: isText, settleMs: 0 };
const TOOL: Work = {
  prompt: "bash: tail -f /dev/null",
  isUnderWay: ({ type }) => type === "agent.assistant",
  settleMs: TOOL_STARTS_MS,
};

async function inMidstOf({ client, sessionId, watch, signal }: Subject, work: Work): Promise<Times> {
  const underWay = watch.next(work.isUnderWay);
  const { id: turnId } = await client.chat.send.mutate({ sessionId, prompt: work.prompt }, { signal });
  await underWay;
  await delay(work.settleMs, undefined, { signal });

  const ended = watch.next((event) => endsTurn(event.type) && event.turnId === turnId);
  const startedAt = performance.now();
  await client.chat.interrupt.mutate({ sessionId, turnId }, { signal });
  requireInterrupted(await ended);
  return nextPrompt({ client, sessionId, watch, signal }, startedAt);
}

/** As of `startedAt`, until the next prompt's turn has started and its first word is there. */
async function nextPrompt({ client, sessionId, watch, signal }: Subject, startedAt: number): Promise<Times> {
  const since = () => performance.now() - startedAt;
  const usable = watch.next(({ type }) => type === "turn.started").then(since);
  const answering = watch.next(isText).then(since);
  const ended = watch.next(({ type }) => type === "turn.completed");
  await client.chat.send.mutate({ sessionId, prompt: `say: ${randomUUID()}` }, { signal });
  const times = { usableMs: await usable, answeringMs: await answering };
  await ended;
  return times;
}

function requireInterrupted(event: Event): void {
  if (event.type !== "turn.interrupted") throw new Error(`the turn ended otherwise: ${JSON.stringify(event)}`);
}

function toOutcome(taken: Record<"streaming" | "tool", Times[]>): Outcome {
  const usable = (of: keyof typeof taken) => taken[of].map(({ usableMs }) => usableMs);
  const answering = [...taken.streaming, ...taken.tool].map(({ answeringMs }) => answeringMs);
  const worst = (of: keyof typeof taken) => summarize(usable(of)).p99;
  return {
    arms: [
      { name: "while it streams: chat.interrupt → next turn started", unit: "ms", samples: usable("streaming") },
      { name: "while a tool runs: chat.interrupt → next turn started", unit: "ms", samples: usable("tool") },
      { name: "either: chat.interrupt → first token of the next", unit: "ms", samples: answering },
    ],
    findings: [
      { what: "while it streams, p99", value: worst("streaming"), unit: "ms", target: TARGET_MS },
      { what: "while a tool runs, p99", value: worst("tool"), unit: "ms", target: TARGET_MS },
    ],
    notes: ["the next prompt is sent when the end of the interrupted turn has arrived"],
  };
}
