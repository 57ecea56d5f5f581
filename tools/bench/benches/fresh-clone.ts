/** What a newcomer waits for: `git clone`, then `./dev demo` with nothing fetched yet, then once more. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ROOT } from "../../paths.ts";
import { run } from "../../run.ts";
import type { BenchContext } from "../bench-context.ts";
import type { Outcome } from "../outcome.ts";

export async function freshClone({ coldImage, signal, onProgress }: BenchContext): Promise<Outcome> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "ccb-"));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const clone = join(folder, "clone");
  const demo = [join(clone, "dev"), "demo"];
  const env = newcomersEnvironment(coldImage ? folder : undefined);
  const cloneS = await time(["git", "clone", "--quiet", ROOT, clone], { signal });
  onProgress("cloned; the first ./dev demo takes a while");
  const coldS = await time(demo, { env, signal });
  const warmS = await time(demo, { env, signal });
  return toOutcome({ cloneS, coldS, warmS, coldImage });
}

/** Without what `./dev` put into the environment of this very process. npm's own download cache stays. */
function newcomersEnvironment(engineFolder: string | undefined): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE: _cache, PATH = "", ...rest } = process.env;
  const folders = PATH.split(delimiter).filter((path) => !path.startsWith(ROOT));
  return { ...rest, PATH: folders.join(delimiter), ...(engineFolder && ownEngine(engineFolder)) };
}

/**
 * An engine that has no image at all, on a socket where none listens yet: `./dev` starts it and stops it again (Debian,
 * root). It must not touch the network of the engine that runs already, so it has none, and neither does the build:
 * the base is the locally built one.
 */
function ownEngine(folder: string): NodeJS.ProcessEnv {
  const at = (name: string) => join(folder, name);
  const places = `--data-root ${at("images")} --exec-root ${at("run")} --pidfile ${at("pid")}`;
  return {
    DOCKER_HOST: `unix://${at("s")}`,
    DOCKERD_ARGS: `${places} --bridge none --iptables=false --ip6tables=false`,
  };
}

/** @returns seconds */
async function time(command: string[], options: { env?: NodeJS.ProcessEnv; signal: AbortSignal }): Promise<number> {
  const startedAt = performance.now();
  const { exitCode, output } = await run(command, options);
  options.signal.throwIfAborted();
  if (exitCode === 0) return (performance.now() - startedAt) / 1000;
  throw new Error(`${command.join(" ")} ended with ${exitCode}:\n${output.split("\n").slice(-20).join("\n")}`);
}

type Times = { cloneS: number; coldS: number; warmS: number; coldImage: boolean };

function toOutcome({ cloneS, coldS, warmS, coldImage }: Times): Outcome {
  return {
    arms: [],
    findings: [
      { what: "git clone", value: cloneS, unit: "s" },
      { what: "first ./dev demo", value: coldS, unit: "s" },
      { what: "second ./dev demo", value: warmS, unit: "s" },
    ],
    notes: [
      `image ${coldImage ? "absent: the first demo builds it, on an engine of its own that it also starts" : "present"}`,
      "of the checkout's HEAD; npm's download cache is as it was",
    ],
  };
}
