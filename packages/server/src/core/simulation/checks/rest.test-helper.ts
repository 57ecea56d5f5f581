/** A session at rest is silent: after it has stopped or failed nothing is appended until it is woken. */
import { short } from "../plan/stage.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

const RESTS = ["session.stopped", "session.failed"];

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
