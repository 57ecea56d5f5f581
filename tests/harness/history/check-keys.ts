/** R2: a key is one turn on every acknowledgement, no other key's, and is not refused once it is a turn. */
import type { KeyRecord, Reading } from "./read-history.ts";
import type { Violation } from "./violation.ts";

export function checkKeys({ keys }: Reading): Violation[] {
  const owners = new Map<string, KeyRecord>();
  return keys.flatMap((record) => [...checkKey(record), ...findShared(record, owners)]);
}

function checkKey({ sessionId, key, turnIds, isRefused }: KeyRecord): Violation[] {
  const different = [...new Set(turnIds)];
  const [turnId] = different;
  if (turnId === undefined) return [];
  const found: Violation[] = [];
  const add = (promised: string, seen: string) =>
    found.push({ promise: "R2", promised, seen, ids: { sessionId, key, turnId } });
  if (different.length > 1) add("a key is acknowledged with the same turn each time", different.join(", then "));
  if (isRefused) add("a key that was acknowledged is acknowledged again", "a refusal");
  return found;
}

function findShared(record: KeyRecord, owners: Map<string, KeyRecord>): Violation[] {
  return [...new Set(record.turnIds)].flatMap((turnId) => {
    const owner = owners.get(turnId);
    owners.set(turnId, owner ?? record);
    if (owner === undefined) return [];
    const { sessionId, key } = record;
    const seen = `the turn of key ${owner.key} of session ${owner.sessionId}`;
    return [{ promise: "R2", promised: "each key has a turn of its own", seen, ids: { sessionId, key, turnId } }];
  });
}
