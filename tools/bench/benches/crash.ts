/** An agent that is killed in the midst of a turn: how soon that is known, and what the turn costs beyond. */
import type { Client } from "@cc-docker/client";
import { CcError } from "@cc-docker/protocol";
import type Docker from "dockerode";
import { type Model, startModel } from "../../chaos/stand/model.ts";
import { type EventWatch, isText, watchEvents } from "../arms/watch-events.ts";
import type { BenchContext } from "../bench-context.ts";
import type { Outcome } from "../outcome.ts";
import { findProcess, isClaude } from "../stand/read-pss.ts";
import { startGateway } from "../stand/start-gateway.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
const TARGET_MS = 10_000;
const MOST_EXTRA_CALLS = 1;
/** Undisturbed: one for the tool, one for the answer. */
const CALLS = 2;

type Sample = { detectedMs: number; completedMs: number; extraCalls: number };
type Subject = {
  client: Client;
  sessionId: string;
  watch: EventWatch;
  docker: Docker;
  model: Model;
  signal: AbortSignal;
};

export async function crash({ docker, image, signal, samples = SAMPLES }: BenchContext): Promise<Outcome> {
  await using model = await startModel(signal);
  await using gateway = await startGateway({ docker, image, modelUrl: model.url, signal });
  const { client } = gateway;
  const { id: sessionId } = await client.sessions.create.mutate({}, { signal });
  using watch = watchEvents(client, sessionId, signal);
  const taken: Sample[] = [];
  while (taken.length < samples) {
    const prompt = `bash: echo ${taken.length}\nstream: 30 words every 20ms`;
    taken.push(await killAmid(prompt, { client, sessionId, watch, docker, model, signal }));
  }
  return toOutcome(taken);
}

async function killAmid(prompt: string, subject: Subject): Promise<Sample> {
  const { client, sessionId, watch, docker, model, signal } = subject;
  const callsBefore = (await model.readCalls()).length;
  const streaming = watch.next(({ type }) => type === "agent.user").then(() => watch.next(isText));
  await client.chat.send.mutate({ sessionId, prompt }, { signal });
  await streaming;
  const { pid } = await findProcess(docker, sessionId, isClaude);
  const [resumed, completed] = ["turn.resumed", "turn.completed"].map((wanted) =>
    watch.next(({ type }) => type === wanted),
  ) as [Promise<unknown>, Promise<unknown>];
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  kill(pid);
  const [detectedMs, completedMs] = await Promise.all([resumed.then(since), completed.then(since)]);
  return { detectedMs, completedMs, extraCalls: (await model.readCalls()).length - callsBefore - CALLS };
}

/** @throws CcError RUNTIME_UNAVAILABLE when the process is not one of this machine that we may kill */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    const need = "the engine must run on this machine, and this command as root";
    throw new CcError("RUNTIME_UNAVAILABLE", `Process ${pid} cannot be killed: ${need}.`, { cause: error });
  }
}

function toOutcome(taken: Sample[]): Outcome {
  const [detected, completed, extra] = (["detectedMs", "completedMs", "extraCalls"] as const).map((of) =>
    taken.map((sample) => sample[of]),
  ) as [number[], number[], number[]];
  return {
    arms: [
      { name: "kill -9 of the agent → turn.resumed", unit: "ms", samples: detected },
      { name: "kill -9 of the agent → turn.completed", unit: "ms", samples: completed },
      { name: "calls of the model beyond the undisturbed", unit: "calls", samples: extra },
    ],
    findings: [
      { what: "detected, worst", value: summarize(detected).max, unit: "ms", target: TARGET_MS },
      { what: "extra calls of the model, most", value: summarize(extra).max, unit: "calls", target: MOST_EXTRA_CALLS },
    ],
    notes: ["killed while the answer after a tool streams in; the turn then goes on in the next container"],
  };
}
