/** Kills in a session's container, or all of it, through the engine: as somebody does who knows nothing of us. */
import { once } from "node:events";
import type Docker from "dockerode";
import { orAbort } from "../../bench/or-abort.ts";
import type { Kill } from "./plan-kills.ts";
import type { Targets } from "./targets.ts";

const DEADLINE_MS = 15_000;

/** @returns what came of it, in words */
export async function hitContainer({ seats, docker, history, signal }: Targets, { kind, seat }: Kill): Promise<string> {
  const sessionId = seats[seat]?.sessionId();
  if (sessionId === undefined) return `missed: seat ${seat} has no session`;
  const limits = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  try {
    const container = await orAbort(findContainer(docker, sessionId), limits);
    if (container === undefined) return `missed: session ${sessionId} has no container`;
    history.crashed({ what: kind, sessionId });
    await orAbort(strike(container, kind), limits);
    return `killed in session ${sessionId}`;
  } catch (error) {
    signal.throwIfAborted();
    return `missed in session ${sessionId}: ${(error as Error).message}`; // the engine may be away, or somebody was faster
  }
}

async function findContainer(docker: Docker, sessionId: string): Promise<Docker.Container | undefined> {
  const [found] = await docker.listContainers({ filters: { label: [`cc-docker.session=${sessionId}`] } });
  return found && docker.getContainer(found.Id);
}

async function strike(container: Docker.Container, kind: Kill["kind"]): Promise<void> {
  if (kind === "container") await container.kill();
  else if (kind === "container-removed") await container.remove({ force: true });
  else await killUser(container, kind);
}

/** Wrapper and agent are a user of the container each. */
async function killUser(container: Docker.Container, user: string): Promise<void> {
  const exec = await container.exec({ Cmd: ["pkill", "-9", "-u", user], User: "root", AttachStdout: true });
  const output = await exec.start({});
  output.resume();
  await once(output, "close");
  const { ExitCode } = await exec.inspect();
  if (ExitCode === 1) throw new Error(`no process of ${user} was there`);
}
