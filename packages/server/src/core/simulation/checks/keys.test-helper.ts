/** Who repeats a call with its key gets what the first one made. */
import { short } from "../plan/stage.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

export function oneKeyOneTurn({ stage, turns }: Findings): string[] {
  const torn = stage.ledger.prompts.filter(({ answers }) => answers.size > 1);
  const keys = Map.groupBy(turns.values(), ({ sessionId, idempotencyKey }) => `${sessionId} ${idempotencyKey}`);
  const doubled = [...keys].filter(([, rows]) => rows.length > 1);
  return [
    ...torn.map(({ key, answers }) => `key ${short(key)} was answered with ${answers.size} turns`),
    ...doubled.map(([key, rows]) => `key ${key} has ${rows.length} turns`),
  ];
}

export function oneKeyOneSession({ stage: { ledger }, sessions }: Findings): string[] {
  const torn = [...ledger.made].filter(([, ids]) => ids.size > 1);
  const unasked = sessions.filter(({ id }) => !ledger.sessions.has(id));
  return [
    ...torn.map(([key, ids]) => `key ${short(key)} was answered with ${ids.size} sessions`),
    ...unasked.map(({ id }) => `session ${short(id)} was made, and no call was answered with it`),
  ];
}
