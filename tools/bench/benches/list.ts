/** What a person waits for `ccd ls`: a whole process, from its start to its end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Outcome } from "../outcome.ts";
import { openStand } from "../stand/open-stand.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
const TARGET_MS = 150;
const SESSIONS = 10;
const CCD = join(import.meta.dirname, "../../../packages/cli/dist/ccd.mjs");
const NOTHING = ["-e", "0"];

export async function list(context: BenchContext): Promise<Outcome> {
  const { signal, samples = SAMPLES } = context;
  await using stand = await openStand(context);
  const { client, url, token } = stand.gateway;
  await using cleanup = new AsyncDisposableStack();
  const cache = await mkdtemp(join(tmpdir(), "cc-docker-bench-"));
  cleanup.defer(() => rm(cache, { recursive: true, force: true }));
  for (let count = 0; count < SESSIONS; count += 1) {
    const { id: sessionId } = await client.sessions.create.mutate({});
    cleanup.defer(() => client.sessions.delete.mutate({ sessionId }));
    await client.sessions.stop.mutate({ sessionId });
  }
  const env = { CC_DOCKER_URL: url, CC_DOCKER_TOKEN: token, XDG_CACHE_HOME: cache };
  await timeOf([CCD, "ls"], env); // fills the compile cache
  const taken = { ls: [] as number[], nothing: [] as number[] };
  const takings = [
    { count: samples, take: async () => void taken.ls.push(await timeOf([CCD, "ls"], env)) },
    { count: samples, take: async () => void taken.nothing.push(await timeOf(NOTHING, env)) },
  ];
  await interleave(takings, signal);
  return toOutcome(taken);
}

/** Milliseconds. @throws Error when it ends with anything but 0 */
async function timeOf(args: readonly string[], env: Record<string, string>): Promise<number> {
  const startedAt = performance.now();
  const program = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: "ignore" });
  const [exitCode] = (await once(program, "exit")) as [number | null];
  if (exitCode !== 0) throw new Error(`node ${args.join(" ")} ended with ${exitCode}`);
  return performance.now() - startedAt;
}

function toOutcome({ ls, nothing }: { ls: number[]; nothing: number[] }): Outcome {
  const [ours, bare] = [summarize(ls).p50, summarize(nothing).p50];
  return {
    arms: [
      { name: "ccd ls", unit: "ms", samples: ls },
      { name: "node that does nothing", unit: "ms", samples: nothing },
    ],
    findings: [
      { what: "ccd ls, p50", value: ours, unit: "ms", target: TARGET_MS },
      { what: "ccd ls beyond a node that does nothing, p50", value: ours - bare, unit: "ms" },
    ],
    notes: [`${SESSIONS} sessions at rest; the compile cache is filled, the token is given`],
  };
}
