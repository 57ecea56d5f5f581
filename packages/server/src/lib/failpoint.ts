/**
 * Places where a test kills the process, to see that what comes after puts things right. A place is one call,
 * `failpoint("send.rung")`, between two durable side effects; what each is for stands in the table of their names.
 *
 * Which one kills is process-wide by nature, so it is kept here and passed through nobody's dependencies. It comes
 * from `CC_DOCKER_FAILPOINT`, which `main.ts` reads once. That is no setting of `config.ts`: those are what an
 * operator may want, are documented as such, and reach every server a program starts, while this is for a process
 * that a test may kill. Unset, a call is one comparison. Set, it does nothing that `kill -9` could not do at any time.
 */
import { writeSync } from "node:fs";
import { FAILPOINTS, type Failpoint } from "./failpoint-table.ts";

export { FAILPOINTS, type Failpoint };

let armed: { name: string; left: number } | undefined;

/** Kills the process here when it was started to die at this point; otherwise does nothing. */
export function failpoint(name: Failpoint): void {
  if (armed !== undefined) pass(name, armed);
}

function pass(name: Failpoint, target: { name: string; left: number }): void {
  if (name !== target.name) return;
  target.left -= 1;
  if (target.left === 0) die(name);
}

/** Nothing of this process happens after: no handler, no flush, not the rest of the caller. */
function die(name: Failpoint): never {
  writeSync(process.stderr.fd, `${failpointMark(name)}\n`);
  process.kill(process.pid, "SIGKILL");
  for (;;); // the signal is on its way
}

/** The last line of a process that died at the point. */
export function failpointMark(name: string): string {
  return `killed at failpoint ${name}`;
}

/**
 * From now on the process dies at the point: `send.rung`, or `send.rung:3` when it is reached for the third time.
 * @returns false when there is no such point; nothing is armed then
 */
export function armFailpoint(wanted: string): boolean {
  const [, name = "", nth = "1"] = /^([a-z.-]+)(?::([1-9]\d*))?$/.exec(wanted) ?? [];
  if (!Object.hasOwn(FAILPOINTS, name)) return false;
  armed = { name, left: Number(nth) };
  return true;
}
