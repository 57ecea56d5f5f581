import type Docker from "dockerode";
import { ensureEngine } from "../../engine/ensure-engine.ts";
import { ensureImage } from "../../ensure-image.ts";
import { copyImage } from "./copy-image.ts";
import { type Gateway, openGateway } from "./gateway.ts";
import { type Model, startModel } from "./model.ts";
import { type OwnEngine, openOwnEngine } from "./own-engine.ts";

export type Stand = AsyncDisposable & {
  gateway: Gateway;
  model: Model;
  docker: Docker;
  /** Where the engine may be killed. */
  engine: OwnEngine | undefined;
};

export type OpenStand = {
  killsEngine: boolean;
  onProgress: (line: string) => void;
  onGatewayLine: (line: string) => void;
  onGatewayDied: (lastLine: string) => void;
  signal: AbortSignal;
};

/** Engine, model and gateway, each in its own process. Leaves nothing behind. */
export async function openStand({ killsEngine, onProgress, signal, ...on }: OpenStand): Promise<Stand> {
  await using opening = new AsyncDisposableStack();
  const engine = killsEngine ? opening.use(await openOwnEngine(signal)) : undefined;
  const machine = await ensureEngine({ onProgress, signal });
  opening.defer(machine.stop);
  const image = await ensureImage({ docker: machine.docker, onProgress, signal });
  if (engine) {
    onProgress(`copying ${image} into an engine of our own`);
    await copyImage({ image, from: machine.docker, to: engine.docker });
  }
  const model = opening.use(await startModel(signal));
  const docker = engine?.docker ?? machine.docker;
  const gateway = opening.use(
    await openGateway({
      engineHost: engine?.host,
      image,
      modelUrl: model.url,
      sweeps: engine ? undefined : docker, // our own goes with all that is in it
      onLine: on.onGatewayLine,
      onDied: on.onGatewayDied,
      signal,
    }),
  );
  const stack = opening.move();
  return { gateway, model, docker, engine, [Symbol.asyncDispose]: async () => stack.disposeAsync() };
}
