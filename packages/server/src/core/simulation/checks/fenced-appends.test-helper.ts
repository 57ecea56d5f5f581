/** What comes from a session's instance, its timers and its settling is written by the gateway that holds it. */
import type { Event } from "@cc-docker/protocol";
import { short } from "../plan/stage.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

const TYPES = ["turn.completed", "turn.resumed", "approval.requested"];
const REASONS = [
  "ready",
  "resumed",
  "parked",
  "recovering",
  "crashed",
  "oom",
  "start_error",
  "startup_timeout",
  "idle_timeout",
  "session_timeout",
];

function isHolders({ type, data }: Event): boolean {
  if (type.startsWith("agent.") || TYPES.includes(type)) return true;
  return type.startsWith("session.") && REASONS.includes((data as { reason: string }).reason);
}

export function onlyHoldersWrite({ stage, logs }: Findings): string[] {
  return [...logs].flatMap(([id, log]) => {
    const wrong = log.filter((event) => isHolders(event) && !stage.world.appends.find(id, event.seq)?.rightly);
    return wrong.map(({ seq, type }) => `${type} ${seq} of ${short(id)} was written by a gateway that did not hold it`);
  });
}
