/** A gateway that is started again whenever it dies, as a service manager does, and dies where it is told to. */
import { failpointMark } from "@cc-docker/server/failpoint";
import type { Settings } from "../install.ts";
import { type SpawnedGateway, spawnGateway } from "../start-gateway-process.ts";
import { runAtEnd } from "../start-stack.ts";

export type KeptGateway = AsyncDisposable & {
  /** What SIGTERM does; the next gateway is started once this one has ended. */
  terminate(): void;
  /** The points at which no gateway has died yet. */
  pending(): string[];
  /** What the newest one wrote. */
  output(): string;
  /** Ends it for good. @throws Error when any of its gateways ended otherwise than it was to */
  stop(): Promise<void>;
};

export type KeepOptions = {
  env: Settings;
  /** For the first gateway, the second … (`send.rung`, `send.rung:3`); whoever comes after them is to live. */
  points: readonly string[];
  onDeath: (point: string) => void;
};

export function keepGateway({ env, points, onDeath }: KeepOptions): KeptGateway {
  const pending = [...points];
  let current: SpawnedGateway;
  let stopping = false;

  async function keep(): Promise<void> {
    for (let point = pending[0]; point !== undefined; point = pending[0]) {
      current = spawnGateway({ ...env, CC_DOCKER_FAILPOINT: point });
      await current.exited;
      if (stopping) return;
      requireMark(current, point);
      pending.shift();
      onDeath(point);
    }
    current = spawnGateway(env);
    const { exitCode } = await current.exited;
    if (!stopping || exitCode !== 0) throw new Error(`The gateway ended with ${exitCode}: ${current.output()}`);
  }

  async function stop(): Promise<void> {
    stopping = true;
    await current.end("SIGTERM").catch(() => current.end("SIGKILL"));
    await keeping;
  }

  const keeping = keep();
  keeping.catch(() => undefined); // told by `stop`
  const dispose = () => stop().catch(() => undefined);
  runAtEnd(dispose);
  return {
    terminate: () => void current.end("SIGTERM"),
    pending: () => [...pending],
    output: () => current.output(),
    stop,
    [Symbol.asyncDispose]: dispose,
  };
}

function requireMark({ output }: SpawnedGateway, point: string): void {
  const [name = ""] = point.split(":");
  if (!output().includes(failpointMark(name))) throw new Error(`The gateway did not die at ${point}: ${output()}`);
}
