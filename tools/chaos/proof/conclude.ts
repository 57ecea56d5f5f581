/** The end of a run: waits until all is settled, checks, removes the sessions, and looks whether anything is left. */
import { isCcError } from "@cc-docker/client";
import { checkHistory } from "../../../tests/harness/history/check-history.ts";
import { checkLeftovers, type Snapshot } from "../../../tests/harness/history/check-leftovers.ts";
import type { ModelCall } from "../../../tests/harness/history/model-calls.ts";
import { describeViolation, PROMISES, type PromiseId } from "../../../tests/harness/history/violation.ts";
import type { World } from "../world.ts";
import { readLogs } from "./read-logs.ts";
import { settle, waitForAgreement } from "./settle.ts";
import { listSessions, type Place } from "./take-snapshot.ts";

/** One thing that was looked after, and in what way it does not hold. */
export type Check = { what: string; violations: string[] };

export type Conclusion = { checks: Check[]; modelCalls: number };

export async function conclude(world: World, place: Place, readCalls: () => Promise<ModelCall[]>): Promise<Conclusion> {
  const snapshot = await settle(world, place);
  await readLogs(world);
  const modelCalls = await readCalls();
  const violations = checkHistory(world.history, { snapshot, modelCalls });
  const checks = (Object.keys(PROMISES) as PromiseId[]).map((promise) => ({
    what: `${promise}: ${PROMISES[promise]}`,
    violations: violations.filter((violation) => violation.promise === promise).map(describeViolation),
  }));
  world.leaving.abort();
  return { checks: [...checks, await checkDeletion(world, place)], modelCalls: modelCalls.length };
}

async function checkDeletion({ client, signal }: World, place: Place): Promise<Check> {
  for (const { id: sessionId } of await listSessions(client)) {
    await client.sessions.delete.mutate({ sessionId }, { signal }).catch((error: unknown) => {
      if (!isCcError(error, "SESSION_NOT_FOUND")) throw error;
    });
  }
  const left = await waitForAgreement(place, signal);
  const what = "R4: nothing is left of sessions that were deleted";
  return { what, violations: [...checkLeftovers(left).map(describeViolation), ...describeRows(left)] };
}

function describeRows({ sessions }: Snapshot): string[] {
  return sessions.map(({ id, status }) => `session ${id} is still listed, as ${status}`);
}
