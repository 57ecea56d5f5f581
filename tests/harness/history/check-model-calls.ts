/** Each call of the model is for a prompt that runs; how many there may be depends on what crashed meanwhile. */
import type { Entry } from "./history.ts";
import type { ModelCall } from "./model-calls.ts";
import { type KeyRecord, promptOf, type Reading, type TurnRecord } from "./read-history.ts";
import type { Violation } from "./violation.ts";

/** Tells prompts apart by their text: each key's must be its own. */
export function checkModelCalls({ entries, keys, turns }: Reading, calls: readonly ModelCall[]): Violation[] {
  const { counts, strays } = assignCalls(keys, calls);
  const byPrompt = new Map(turns.map((turn) => [promptOf(turn), turn]));
  const found = keys.flatMap((key) => {
    const turn = byPrompt.get(key.prompt);
    const hits = turn ? countCrashes(entries, key, turn) : 0;
    return checkKey({ key, turn, hits, count: counts.get(key) ?? 0 });
  });
  return [...strays.map(describeStray), ...found];
}

/** A call belongs to the prompt that was said last in its conversation. */
function assignCalls(keys: readonly KeyRecord[], calls: readonly ModelCall[]) {
  const counts = new Map<KeyRecord, number>();
  const strays: ModelCall[] = [];
  for (const call of calls) {
    const key = findLastSaid(keys, call.asked);
    if (key) counts.set(key, (counts.get(key) ?? 0) + 1);
    else strays.push(call);
  }
  return { counts, strays };
}

/** Where two end at the same place one is the end of the other: the longer was said. */
function findLastSaid(keys: readonly KeyRecord[], asked: string): KeyRecord | undefined {
  const said = keys.flatMap((key) => {
    const start = asked.lastIndexOf(key.prompt);
    return start < 0 ? [] : [{ key, end: start + key.prompt.length, chars: key.prompt.length }];
  });
  return said.toSorted((one, other) => other.end - one.end || other.chars - one.chars)[0]?.key;
}

function countCrashes(entries: readonly Entry[], { calledAt, sessionId }: KeyRecord, { endedAt }: TurnRecord): number {
  return entries
    .slice(calledAt, endedAt)
    .filter((entry) => entry.kind === "crashed" && (entry.sessionId ?? sessionId) === sessionId).length;
}

type Counted = { key: KeyRecord; turn: TurnRecord | undefined; hits: number; count: number };

function checkKey({ key: { key, sessionId, answers = 1 }, turn, hits, count }: Counted): Violation[] {
  const ids = { sessionId, key, ...(turn && { turnId: turn.turnId }) };
  const found = (promised: string): Violation[] => [{ promise: "model", promised, seen: `${count} calls`, ids }];
  const has = (wanted: string) => turn?.events.some(({ type }) => type === wanted) ?? false;
  if (!has("turn.started")) return count > 0 ? found("a prompt that never started costs no model call") : [];
  if (has("turn.completed") && count === 0) return found("a completed turn has asked the model");
  const most = answers + hits;
  return count > most ? found(`${answers} answers and ${hits} crashes take ${most} model calls at most`) : [];
}

function describeStray({ asked }: ModelCall): Violation {
  const promised = "the model is asked only what somebody sent";
  return { promise: "model", promised, seen: `a call that ends ${JSON.stringify(asked.slice(-200))}`, ids: {} };
}
