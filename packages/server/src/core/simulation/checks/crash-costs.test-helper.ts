/** What a crash may cost: what was told is not done again, at most one call of the model is, and there is an end to it. */
import { isResumed } from "@cc-docker/protocol";
import type { TurnRow } from "../../../ports/store/store.ts";
import { readSteps } from "../engine/agent.test-helper.ts";
import { short } from "../plan/stage.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

const MAX_CRASHES = 3;

export function stepsToldOnce({ turns, logs }: Findings): string[] {
  return [...turns.values()].flatMap(({ id, sessionId, prompt, status }) => {
    const told = (logs.get(sessionId) ?? []).filter(
      ({ type, turnId }) => type === "agent.assistant" && turnId === id,
    ).length;
    const steps = readSteps(prompt);
    if (told > steps) return [`turn ${short(id)} has ${told} answers of the model for ${steps} steps`];
    return status === "completed" && told < steps
      ? [`turn ${short(id)} is completed with ${told} of ${steps} answers`]
      : [];
  });
}

export function modelCallsBounded({ stage, turns, logs }: Findings): string[] {
  return [...turns.values()].flatMap((turn) => {
    const [made, steps] = [stage.world.notes.modelCalls.get(turn.id) ?? 0, readSteps(turn.prompt)];
    const crashes = countCrashes(turn, logs);
    return made > steps + crashes
      ? [`turn ${short(turn.id)} made ${made} calls for ${steps} steps and ${crashes} crashes`]
      : [];
  });
}

export function crashesBounded({ turns, logs, sessions }: Findings): string[] {
  const onCrash = ({ sessionId }: TurnRow) => sessions.find(({ id }) => id === sessionId)?.config.onCrash;
  return [...turns.values()].flatMap((turn) => {
    const crashes = countCrashes(turn, logs);
    if (crashes > MAX_CRASHES) return [`turn ${short(turn.id)} went on after ${crashes} crashes`];
    const goesOn = turn.status === "failed" && turn.error && isResumed(turn.error.code) && onCrash(turn) !== "fail";
    return goesOn && crashes < MAX_CRASHES ? [`turn ${short(turn.id)} was given up after ${crashes} crashes`] : [];
  });
}

function countCrashes({ id, sessionId }: TurnRow, logs: Findings["logs"]): number {
  return (logs.get(sessionId) ?? []).filter(({ type, turnId }) => type === "turn.resumed" && turnId === id).length;
}
