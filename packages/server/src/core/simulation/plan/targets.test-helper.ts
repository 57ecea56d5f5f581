/** What a fault strikes, by chance: of what is there just then. Each returns nothing when there is nothing to strike. */
import type { SessionId } from "@cc-docker/protocol";
import type { Random } from "../../../lib/random.ts";
import type { Box } from "../engine/engine.test-helper.ts";
import type { Gateway } from "../world/gateways.test-helper.ts";
import { pickOne, type Stage, short } from "./stage.test-helper.ts";

/** One at a time, or none lives on. */
export function onGateway({ gateways }: Stage, random: Random, strike: (gateway: Gateway) => void): string | undefined {
  const gateway = pickOne(gateways.up, random);
  if (!gateway || gateways.up.some(({ life }) => life.isFrozen)) return undefined;
  strike(gateway);
  return gateway.life.name;
}

export function onBox({ world }: Stage, random: Random, strike: (box: Box, id: SessionId) => void): string | undefined {
  const found = pickOne(
    [...world.engine.boxes].filter(([, { instance }]) => instance.running),
    random,
  );
  if (!found) return undefined;
  strike(found[1], found[0]);
  return `of ${short(found[0])}`;
}

export function onWrapper(
  stage: Stage,
  random: Random,
  strike: (wrapper: NonNullable<Box["wrapper"]>) => void,
): string | undefined {
  return onBox(stage, random, ({ wrapper }) => {
    if (wrapper) strike(wrapper);
  });
}
