/** Whom the agent's processes run as: the image's own user for it, or whoever its workspace belongs to. */
import { spawnSync } from "node:child_process";
import type { FileOwner } from "@cc-docker/protocol";

export type AgentUser = FileOwner & { home: string };

/** As the image has it, with a home. */
const IMAGE_USER: AgentUser = { uid: 1000, gid: 1000, home: "/home/agent" };
/** Where others make themselves a home: anybody may, and nobody may take another's away. */
const OTHER_HOMES = "/home/users";
const MAKE_HOME = 'umask 077 && mkdir -p "$1/.claude"';

/** @param owner of the workspace, where it is somebody's */
export function toAgentUser(owner: FileOwner | undefined): AgentUser {
  if (!owner) return IMAGE_USER;
  const home = owner.uid === IMAGE_USER.uid ? IMAGE_USER.home : `${OTHER_HOMES}/${owner.uid}`;
  return { uid: owner.uid, gid: owner.gid, home };
}

/** Sees to it that the user has a home. */
export function openHome(user: AgentUser): void {
  if (user.home === IMAGE_USER.home) return;
  const problem = runAsAgent(user, ["sh", "-c", MAKE_HOME, "sh", user.home]);
  if (problem !== undefined) throw new Error(`the agent's home could not be made: ${problem}`);
}

/** Whoever leaves the wrapper's user loses its capabilities with the next program, but for root, who must give them up. */
const GIVE_UP = "/opt/cc-docker/drop-capabilities.py";

/** The command as that user's, without any capability. */
export function asAgent({ uid, gid }: FileOwner, command: readonly string[]): [program: string, ...args: string[]] {
  const as = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--inh-caps=-all", "--ambient-caps=-all"];
  return ["setpriv", ...as, "--", ...(uid === 0 ? [GIVE_UP] : []), ...command];
}

/** Waits for it. @returns what went wrong, if anything */
export function runAsAgent(user: FileOwner, command: readonly string[], input = ""): string | undefined {
  const [program, ...args] = asAgent(user, command);
  const { status, stderr, error } = spawnSync(program, args, { input });
  return status === 0 ? undefined : (error?.message ?? stderr.toString().slice(0, 500));
}
