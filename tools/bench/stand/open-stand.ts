import type { BenchContext } from "../bench-context.ts";
import { BENCH_LABEL } from "./plain-container.ts";
import { findPlainNetwork, type PlainNetwork } from "./plain-network.ts";
import { type Gateway, startGateway } from "./start-gateway.ts";
import { startModel } from "./start-model.ts";
import { sweep } from "./sweep.ts";

export type Stand = AsyncDisposable & { gateway: Gateway; modelUrl: string; network: PlainNetwork["name"] };

/** A model and a gateway, each in its own process; both arms of a comparison use the same model. Leaves nothing behind. */
export async function openStand({ docker, image, signal }: BenchContext): Promise<Stand> {
  const network = await findPlainNetwork(docker);
  await using opening = new AsyncDisposableStack();
  const model = opening.use(await startModel(network.host, signal));
  opening.defer(() => sweep(docker, BENCH_LABEL));
  const gateway = opening.use(await startGateway({ docker, image, modelUrl: model.url, signal }));
  const stack = opening.move();
  return {
    gateway,
    modelUrl: model.url,
    network: network.name,
    [Symbol.asyncDispose]: async () => stack.disposeAsync(),
  };
}
