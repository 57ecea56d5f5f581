/** The real engine, as somebody beside the gateway sees it. */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import Docker from "dockerode";

export const ENGINE_SOCKET = (process.env["DOCKER_HOST"] || "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");
export const SESSION_IMAGE = process.env["SESSION_IMAGE"] || "cc-docker/session:latest";

export const engine = new Docker({ socketPath: ENGINE_SOCKET });

/** What the gateway promises to write on all that it makes. */
const LABELS = { install: "cc-docker.install", session: "cc-docker.session" };

export async function findContainers(installId: string): Promise<Docker.ContainerInfo[]> {
  return engine.listContainers({ all: true, filters: { label: [`${LABELS.install}=${installId}`] } });
}

export async function findVolumes(installId: string): Promise<Docker.VolumeInspectInfo[]> {
  return (await engine.listVolumes({ filters: { label: [`${LABELS.install}=${installId}`] } })).Volumes;
}

export async function volumesOf(sessionId: string): Promise<string[]> {
  const { Volumes } = await engine.listVolumes({ filters: { label: [`${LABELS.session}=${sessionId}`] } });
  return Volumes.map(({ Name }) => Name);
}

/** The session's container; `undefined` when it has none. */
export async function findContainer(sessionId: string): Promise<Docker.Container | undefined> {
  const filters = { label: [`${LABELS.session}=${sessionId}`] };
  const [found] = await engine.listContainers({ all: true, filters });
  return found && engine.getContainer(found.Id);
}

export async function containerOf(sessionId: string): Promise<Docker.Container> {
  const container = await findContainer(sessionId);
  if (!container) throw new Error(`Session ${sessionId} has no container`);
  return container;
}

export type Output = { stdout: string; stderr: string; exitCode: number };

/** Everybody there is inside. The root of a container without capabilities reads nobody else's files and memory. */
export const USERS = ["root", "agent", "wrapper"] as const;
export type User = (typeof USERS)[number];

/** The wrapper holds three capabilities, and only who has as many may look at its process. */
const LIKE_WRAPPER = "--inh-caps=-all,+setuid,+setgid,+kill --ambient-caps=-all,+setuid,+setgid,+kill";
const BECOME: Record<User, string[]> = {
  root: [],
  agent: ["setpriv", "--reuid=agent", "--regid=agent", "--clear-groups"],
  wrapper: ["setpriv", "--reuid=wrapper", "--regid=wrapper", "--clear-groups", ...LIKE_WRAPPER.split(" ")],
};

/** A shell command inside the session's container, from outside: what `docker exec` does. */
export async function runInside(sessionId: string, command: string, user: User = "root"): Promise<Output> {
  const container = await containerOf(sessionId);
  const exec = await container.exec({
    Cmd: [...BECOME[user], "sh", "-c", command],
    User: "root",
    AttachStdout: true,
    AttachStderr: true,
  });
  const raw = await exec.start({});
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  engine.modem.demuxStream(raw, stdout, stderr);
  raw.on("end", () => [stdout, stderr].forEach((stream) => stream.end()));
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  return { stdout: out, stderr: err, exitCode: (await exec.inspect()).ExitCode ?? -1 };
}

/** Clears away what a test left, whatever the reason, so that it harms no other. */
export async function removeInstall(installId: string): Promise<void> {
  for (const { Id } of await findContainers(installId)) await engine.getContainer(Id).remove({ force: true });
  for (const { Name } of await findVolumes(installId)) await engine.getVolume(Name).remove({ force: true });
}
