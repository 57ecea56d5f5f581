import { setTimeout as delay } from "node:timers/promises";
import { checkLeftovers, type Snapshot } from "../../../tests/harness/history/check-leftovers.ts";
import type { World } from "../world.ts";
import { type Place, takeSnapshot } from "./take-snapshot.ts";

const POLL_MS = 250;
/** More than a start may take, twice over: a turn may have to wait for two of them. */
const TURNS_MS = 150_000;
const QUIET_MS = 60_000;
/** A gateway looks at once after its start, and again every 15 s. */
const AGREED_MS = 20_000;

/** Waits until nothing more is to come. Each wait has an end: what does not come is for the checks to find. */
export async function settle(world: World, place: Place): Promise<Snapshot> {
  await waitFor(TURNS_MS, world.signal, () => haveEnded(world));
  await waitFor(QUIET_MS, world.signal, async () => isQuiet(world, await takeSnapshot(place)));
  return waitForAgreement(place, world.signal);
}

/** @returns the last look, whether store and engine agree there or not */
export async function waitForAgreement(place: Place, signal: AbortSignal): Promise<Snapshot> {
  let snapshot = await takeSnapshot(place);
  await waitFor(AGREED_MS, signal, async () => {
    snapshot = await takeSnapshot(place);
    return checkLeftovers(snapshot).length === 0;
  });
  return snapshot;
}

function haveEnded({ history, watches }: World): boolean {
  return history.entries.every(
    (entry) => entry.kind !== "acknowledged" || watches.get(entry.sessionId)?.hasEnded(entry.turnId) !== false,
  );
}

/** Nothing starts or runs, what idles has been parked, and both subscribers of each session have what there is. */
function isQuiet({ watches }: World, { sessions }: Snapshot): boolean {
  return sessions.every(({ id, status, lastSeq }) => {
    const isMoving = status === "starting" || status === "running" || status === "idle";
    return !isMoving && (watches.get(id)?.lowestSeq() ?? lastSeq) === lastSeq;
  });
}

async function waitFor(ms: number, signal: AbortSignal, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds()) && Date.now() < deadline) await delay(POLL_MS, undefined, { signal });
}
