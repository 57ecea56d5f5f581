/** What the terminal UI costs a person and a machine, while an agent writes at the end of a session of many lines. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openGatewaySession } from "../arms/gateway-session.ts";
import { openTerminalUi, type TerminalUi } from "../arms/terminal-ui.ts";
import type { BenchContext } from "../bench-context.ts";
import type { Outcome } from "../outcome.ts";
import { openStand } from "../stand/open-stand.ts";
import { readProcessCpuUs } from "../stand/process-cpu.ts";
import { readPssMb } from "../stand/read-pss.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 200;
const STARTS = 10;
const TARGETS = { keyMs: 50, corePercent: 40, startMs: 300, peaksRatio: 1.1 };

/** 50 prompts of so many lines each. */
const PROMPTS = 50;
const LINES_A_PROMPT = 1000;
const WRITING = "stream: 1000000 words every 5ms";
/** Letters that nothing else on the screen has. */
const LETTERS = "åæøßþðœłđħŋŧ";
/** As people type. */
const BETWEEN_KEYS_MS = 60;
const SETTLE_MS = 3000;
/** V8 has found how much room it wants by then; what leaks goes on. */
const WARM_MS = 90_000;
const MEMORY_LOOKS = 60;
const BETWEEN_LOOKS_MS = 1000;

/** `cpuMs`: what the processor had to do for it, whatever else the machine does. */
type Start = { wallMs: number; cpuMs: number };

type Measured = {
  starts: Start[];
  keys: number[];
  corePercent: number;
  /** One a second. */
  memoryMb: number[];
};

export async function ui(context: BenchContext): Promise<Outcome> {
  const { signal, samples = SAMPLES, onProgress } = context;
  await using stand = await openStand(context);
  const { client, url, token } = stand.gateway;
  await using home = await openFolder();
  const env = { CC_DOCKER_URL: url, CC_DOCKER_TOKEN: token, XDG_STATE_HOME: home.path, XDG_CACHE_HOME: home.path };
  await using session = await openGatewaySession(client, signal);
  for (let count = 0; count < PROMPTS; count += 1) await session.turn(longPrompt(count));
  onProgress(`${PROMPTS * LINES_A_PROMPT} lines are there`);

  const starts = await startOften({ env, signal });
  await client.chat.send.mutate({ sessionId: session.id, prompt: WRITING }, { signal });
  await using shown = openTerminalUi({ args: ["attach", session.id], env, signal });
  await shown.until("running");
  await delay(SETTLE_MS, undefined, { signal });
  const measured = await measure(shown, samples, signal);
  onProgress("keys are typed; memory is watched");
  const memoryMb = await watchMemory(shown, signal);
  await client.chat.interrupt.mutate({ sessionId: session.id }, { signal });
  return toOutcome({ ...measured, starts, memoryMb });
}

async function openFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "cc-docker-bench-"));
  return { path, [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true }) };
}

function longPrompt(count: number): string {
  const lines = Array.from({ length: LINES_A_PROMPT }, (_, line) => `line ${line} of prompt ${count}`);
  return [...lines, "say: read"].join("\n");
}

/** To the list of sessions. The first fills the compile cache. */
async function startOften(options: { env: Record<string, string>; signal: AbortSignal }): Promise<Start[]> {
  const starts: Start[] = [];
  while (starts.length <= STARTS) {
    await using started = openTerminalUi({ args: [], ...options });
    const wallMs = await started.until("Sessions");
    starts.push({ wallMs, cpuMs: (await readProcessCpuUs(started.pid)) / 1000 });
    await started.leave();
  }
  return starts.slice(1);
}

async function measure(
  shown: TerminalUi,
  samples: number,
  signal: AbortSignal,
): Promise<Pick<Measured, "keys" | "corePercent">> {
  const [cpuBefore, startedAt] = [await readProcessCpuUs(shown.pid), performance.now()];
  const keys: number[] = [];
  while (keys.length < samples) {
    keys.push(await shown.type(LETTERS.charAt(keys.length % LETTERS.length)));
    await delay(BETWEEN_KEYS_MS, undefined, { signal });
  }
  const elapsedUs = (performance.now() - startedAt) * 1000;
  const corePercent = (((await readProcessCpuUs(shown.pid)) - cpuBefore) / elapsedUs) * 100;
  return { keys, corePercent };
}

async function watchMemory({ pid }: TerminalUi, signal: AbortSignal): Promise<number[]> {
  await delay(WARM_MS, undefined, { signal });
  const looks: number[] = [];
  while (looks.length < MEMORY_LOOKS) {
    looks.push(await readPssMb(pid));
    await delay(BETWEEN_LOOKS_MS, undefined, { signal });
  }
  return looks;
}

function toOutcome({ starts, keys, corePercent, memoryMb }: Measured): Outcome {
  const half = memoryMb.length / 2;
  const [earlierMb, laterMb] = [Math.max(...memoryMb.slice(0, half)), Math.max(...memoryMb.slice(half))];
  return {
    arms: [
      { name: "start of the process → first frame", unit: "ms", samples: starts.map(({ wallMs }) => wallMs) },
      { name: "the same in time of the processor", unit: "ms", samples: starts.map(({ cpuMs }) => cpuMs) },
      { name: "key → screen", unit: "ms", samples: keys },
    ],
    findings: [
      {
        what: "start to first frame, p50",
        value: summarize(starts.map(({ wallMs }) => wallMs)).p50,
        unit: "ms",
        target: TARGETS.startMs,
      },
      { what: "key to screen, p99", value: summarize(keys).p99, unit: "ms", target: TARGETS.keyMs },
      { what: "of a core", value: corePercent, unit: "%", target: TARGETS.corePercent },
      { what: "memory at most", value: laterMb, unit: "MB" },
      {
        what: "of what it was half a minute before",
        value: laterMb / earlierMb,
        unit: "x",
        target: TARGETS.peaksRatio,
      },
    ],
    notes: [`${PROMPTS * LINES_A_PROMPT} lines, 200 events/s, keys as people type, a terminal of 120x50`],
  };
}
