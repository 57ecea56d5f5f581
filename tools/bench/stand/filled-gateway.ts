import type { BenchContext } from "../bench-context.ts";
import { type FilledStore, fillStore } from "./fill-store.ts";
import { type Gateway, startGateway } from "./start-gateway.ts";

export type FilledGateway = AsyncDisposable & Pick<FilledStore, "talker" | "dataDir"> & { gateway: Gateway };
type Filling = Pick<BenchContext, "docker" | "image" | "signal"> & { size: number; settings?: Record<string, string> };

/** A gateway whose store holds `size` sessions, and as many events of one of them; none of them runs. */
export async function openFilledGateway({ size, ...options }: Filling): Promise<FilledGateway> {
  await using opening = new AsyncDisposableStack();
  const filled = opening.use(await fillStore(size, options.signal));
  const { dataDir, talker } = filled;
  await filled.store.close(); // one process at a time
  const gateway = opening.use(await startGateway({ ...options, dataDir }));
  const stack = opening.move();
  return { gateway, dataDir, talker, [Symbol.asyncDispose]: async () => stack.disposeAsync() };
}
