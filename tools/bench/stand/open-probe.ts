/** What only a process itself can tell: its memory, and how long its event loop was held up. */
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";

/**
 * Memory in bytes; times in milliseconds, since the probe was last asked. `delay`: how late the loop came to a timer.
 * `work`: of the processor, used by the loop's thread between two turns; unlike the delay it has no part in it that is
 * spent waiting for a core.
 */
export type Probed = {
  heapUsed: number;
  external: number;
  rss: number;
  delay: { p50: number; p99: number; max: number };
  work: { p99: number; max: number };
};
export type Probe = AsyncDisposable & {
  /** Settings of the process that is to be looked into. */
  settings: Record<string, string>;
  ask(): Promise<Probed>;
  /** The same, when what is garbage has been collected. */
  askSettled(): Promise<Probed>;
};

export async function openProbe(): Promise<Probe> {
  const directory = await mkdtemp(join(tmpdir(), "cc-docker-bench-"));
  const socketPath = join(directory, "probe.sock");
  const NODE_OPTIONS = `--expose-gc --import=${join(import.meta.dirname, "probe.mjs")}`;

  async function ask(path: string): Promise<Probed> {
    const { promise, resolve, reject } = Promise.withResolvers<Probed>();
    const asking = request({ socketPath, path }, (answer) => {
      void json(answer).then((told) => resolve(told as Probed), reject);
    });
    asking.on("error", reject);
    asking.end();
    return promise;
  }

  return {
    settings: { NODE_OPTIONS, BENCH_PROBE: socketPath },
    ask: () => ask("/"),
    askSettled: () => ask("/settled"),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
