import { checkDeliveries } from "./check-deliveries.ts";
import { checkKeys } from "./check-keys.ts";
import { checkLeftovers, type Snapshot } from "./check-leftovers.ts";
import { checkModelCalls } from "./check-model-calls.ts";
import { checkTurns } from "./check-turns.ts";
import type { History } from "./history.ts";
import type { ModelCall } from "./model-calls.ts";
import { readHistory } from "./read-history.ts";
import type { Violation } from "./violation.ts";

/** What cannot be seen by calling and following. What is absent is not checked. */
export type Evidence = { snapshot?: Snapshot; modelCalls?: readonly ModelCall[] };

/**
 * The promises that a history breaks; none for a gateway that keeps them all. The history must be settled: everything
 * was awaited that was to come.
 */
export function checkHistory(history: Pick<History, "entries">, { snapshot, modelCalls }: Evidence = {}): Violation[] {
  const reading = readHistory(history.entries);
  const lastSeqs = new Map<string, number>(snapshot?.sessions.map(({ id, lastSeq }) => [id, lastSeq]));
  return [
    ...checkTurns(reading),
    ...checkKeys(reading),
    ...checkDeliveries(history.entries, lastSeqs),
    ...(snapshot ? checkLeftovers(snapshot) : []),
    ...(modelCalls ? checkModelCalls(reading, modelCalls) : []),
  ];
}
