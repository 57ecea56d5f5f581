/** `bench [NAME…] [--samples N] [--json]`: the numbers we promise, measured here. They are reported, not asserted. */
import { ensureEngine } from "../engine/ensure-engine.ts";
import { ensureImage } from "../ensure-image.ts";
import { say, seconds } from "../report.ts";
import { EXIT, runTool } from "../run-tool.ts";
import type { Bench, BenchContext } from "./bench-context.ts";
import { append } from "./benches/append.ts";
import { cold } from "./benches/cold.ts";
import { crash } from "./benches/crash.ts";
import { fanOut } from "./benches/fan-out.ts";
import { freshClone } from "./benches/fresh-clone.ts";
import { idleSockets } from "./benches/idle-sockets.ts";
import { interrupt } from "./benches/interrupt.ts";
import { laterTurn } from "./benches/later-turn.ts";
import { list } from "./benches/list.ts";
import { replay } from "./benches/replay.ts";
import { requests } from "./benches/requests.ts";
import { restart } from "./benches/restart.ts";
import { scale } from "./benches/scale.ts";
import { sessionLines } from "./benches/session-lines.ts";
import { startup } from "./benches/startup.ts";
import { subscribers } from "./benches/subscribers.ts";
import { ui } from "./benches/ui.ts";
import { underLoad } from "./benches/under-load.ts";
import { unpark } from "./benches/unpark.ts";
import { wrapperMemory } from "./benches/wrapper-memory.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { describeOutcome, type NamedOutcome, toJson } from "./print-outcome.ts";

const USUAL: Record<string, Bench> = {
  "later-turn": laterTurn,
  unpark,
  cold,
  startup,
  "wrapper-memory": wrapperMemory,
  append,
  "fan-out": fanOut,
  scale,
  interrupt,
  crash,
  restart,
  replay,
  requests,
  subscribers,
  "idle-sockets": idleSockets,
  "under-load": underLoad,
  "session-lines": sessionLines,
  ui,
  list,
};
/** `fresh-clone` takes minutes and the network: only by name. */
const ALL: Record<string, Bench> = { ...USUAL, "fresh-clone": freshClone };
const USAGE = 2;
/** Several times what any of them takes on a small machine. */
const BENCH_MS = 15 * 60_000;

await runTool(async (signal) => {
  const options = readOptions();
  if (options === undefined) return USAGE;
  const startedAt = Date.now();
  const onProgress = (line: string) => say(`${seconds(startedAt).padStart(8)}  ${line}`);
  const engine = await ensureEngine({ onProgress, signal });
  try {
    const image = await ensureImage({ docker: engine.docker, onProgress, signal });
    await runBenches(options, { ...options, docker: engine.docker, image, onProgress, signal });
    return EXIT.ok;
  } finally {
    await engine.stop();
  }
});

function readOptions(): BenchOptions | undefined {
  try {
    return parseOptions(process.argv.slice(2), Object.keys(ALL));
  } catch (error) {
    say((error as Error).message);
    return undefined;
  }
}

/** Each table as soon as it is known; JSON in one piece at the end. */
async function runBenches({ names, json }: BenchOptions, context: BenchContext): Promise<void> {
  const outcomes: NamedOutcome[] = [];
  for (const name of names.length > 0 ? names : Object.keys(USUAL)) {
    context.onProgress(`${name} …`);
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(BENCH_MS)]);
    const outcome = { bench: name, ...(await (ALL[name] as Bench)({ ...context, signal })) };
    outcomes.push(outcome);
    if (!json) console.log(`${describeOutcome(outcome)}\n`);
  }
  if (json) console.log(JSON.stringify(outcomes.map(toJson), undefined, 2));
}
