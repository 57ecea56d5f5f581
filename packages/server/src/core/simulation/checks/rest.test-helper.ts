/** Rests: of a session that has stopped or failed, and of one that waits for its next prompt. */
import { short } from "../plan/stage.test-helper.ts";
import { SETTINGS } from "../world/gateways.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

const RESTS = ["session.stopped", "session.failed"];

/** After a session has stopped or failed nothing is appended until it is woken. */
export function restIsSilent({ logs }: Findings): string[] {
  return [...logs].flatMap(([id, log]) =>
    log.flatMap(({ type, seq }, index) => {
      const before = log[index - 1]?.type ?? "";
      return RESTS.includes(before) && type !== "session.starting"
        ? [`${type} ${seq} of ${short(id)} came at rest`]
        : [];
    }),
  );
}

/** A gateway that looks after a session for the first time counts from then; longer than that nobody looks away. */
const SLACK_MS = 12_000;

/** Who waits for its next prompt is parked, and stopped, in time. With several gateways each may have to begin anew. */
export function restsEnd({ stage: { world, gateways }, sessions }: Findings): string[] {
  if (gateways.count > 1) return [];
  return sessions.flatMap(({ id, status, parked, lastSeq, deleted }) => {
    if (deleted || !(status === "idle" || parked)) return [];
    const restedMs = world.clock.now - (world.appends.find(id, lastSeq)?.at ?? 0);
    const mayMs = parked ? SETTINGS.idleTimeoutMs : SETTINGS.parkAfterMs;
    return restedMs > mayMs + SLACK_MS ? [`${short(id)} has rested for ${restedMs} ms, and is ${status}`] : [];
  });
}
