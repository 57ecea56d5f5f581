/** All that actions and faults may reach. */
import type { SessionId } from "@cc-docker/protocol";
import type { Random } from "../../../lib/random.ts";
import type { Caller } from "../callers/caller.test-helper.ts";
import type { Follower } from "../callers/follower.test-helper.ts";
import type { Ledger } from "../callers/ledger.test-helper.ts";
import type { Gateways } from "../world/gateways.test-helper.ts";
import type { World } from "../world/world.test-helper.ts";

export type Stage = {
  world: World;
  gateways: Gateways;
  ledger: Ledger;
  caller: Caller;
  followers: Follower[];
};

export const OWNER = "ann";

/** A row of a table: what is chosen the more often the more it weighs. */
export type Weighted = { name: string; weight: number };

export function pickWeighted<Row extends Weighted>(rows: readonly Row[], random: Random): Row {
  let left = random.next() * rows.reduce((total, { weight }) => total + weight, 0);
  const found = rows.find(({ weight }) => (left -= weight) < 0);
  return found ?? (rows[0] as Row);
}

export function pickOne<T>(from: Iterable<T>, random: Random): T | undefined {
  const all = [...from];
  return all[random.between(0, Math.max(0, all.length - 1))];
}

/** Names in a trace are short. */
export function short(id: SessionId | string): string {
  return id.slice(0, 4);
}
