import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { testRuntime } from "../../runtime.conformance.ts";
import type { InstanceExit } from "../../runtime.ts";
import { containerTemplate, LABELS } from "./container-template.ts";
import { openDockerRuntime } from "./docker-runtime.ts";
import { openTestEngine, SESSION_IMAGE } from "./engine.test-helper.ts";

testRuntime({ name: "docker, socket", image: SESSION_IMAGE, open: () => openTestEngine({ link: "socket" }) });
testRuntime({ name: "docker, exec", image: SESSION_IMAGE, open: () => openTestEngine({ link: "exec" }) });

const deadline = () => AbortSignal.timeout(30_000);
const newSpec = () => ({ sessionId: SessionId.parse(randomUUID()), generation: 1, image: SESSION_IMAGE });

describe("the Docker runtime", () => {
  it("is unavailable when no engine answers, and leaves nothing behind", async () => {
    const root = await mkdtemp(join(tmpdir(), "ccd-"));
    const socketsDirectory = join(root, "run");
    await using runtime = openDockerRuntime({
      host: `unix://${join(root, "no-engine.sock")}`,
      installId: "nobody",
      socketsDirectory,
      link: "socket",
      hostRoots: [],
      hidden: [],
    });
    const unavailable = { code: "RUNTIME_UNAVAILABLE" };
    await expect(runtime.check(deadline())).rejects.toMatchObject(unavailable);
    await expect(runtime.start(newSpec(), deadline())).rejects.toMatchObject(unavailable);
    expect(readdirSync(socketsDirectory)).toEqual([]);
    await rm(root, { recursive: true });
  });

  it("starts no instance in a directory that is not what it was, and leaves nothing of the attempt", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    const path = join(engine.hostRoot, "project");
    await mkdir(path);
    const directory = await engine.runtime.directories.find(path);
    const spec = { ...newSpec(), directory };
    await rename(path, `${path}-away`);
    await symlink("/etc", path);
    await expect(engine.runtime.start(spec, deadline())).rejects.toMatchObject({ code: "WORKSPACE_CHANGED" });
    const elsewhere = { ...spec, directory: { ...directory, path: "/etc" } };
    await expect(engine.runtime.start(elsewhere, deadline())).rejects.toMatchObject({ code: "WORKSPACE_NOT_ALLOWED" });
    expect(await engine.runtime.listOwners()).toEqual([]);
  });

  it("removes a session and leaves the directory that it worked in, where the next one sees its files", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    const path = join(engine.hostRoot, "project");
    await mkdir(path);
    const spec = { ...newSpec(), directory: await engine.runtime.directories.find(path) };
    const instance = await engine.runtime.start(spec, deadline());
    await writeFile(join(path, "file"), "kept");
    expect(await engine.runInside(instance, ["cat", "/workspace/file"])).toBe("kept");
    await engine.runtime.remove(spec.sessionId);
    expect(await engine.runtime.listOwners()).toEqual([]);
    expect(await readFile(join(path, "file"), "utf8")).toBe("kept");
  });

  it("keeps the workspace's files over a stop and gives them to the next instance", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    const spec = newSpec();
    const first = await engine.runtime.start(spec, deadline());
    await engine.runInside(first, ["sh", "-c", "echo kept > /workspace/file"], { user: "agent" });
    await engine.runtime.stop(spec.sessionId, 5000);
    const second = await engine.runtime.start({ ...spec, generation: 2 }, deadline());
    expect(await engine.runInside(second, ["cat", "/workspace/file"], { user: "agent" })).toBe("kept\n");
  });

  it("says why the engine refused a start, and leaves no container nor socket", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    const { docker, runtime, socketsDirectory } = engine;
    const whole = await runtime.start(newSpec(), deadline());
    const image = `cc-docker/test-broken:${engine.installId}`;
    const [repo, tag] = image.split(":");
    await docker.getContainer(whole.ref).commit({ repo, tag, changes: 'ENTRYPOINT ["/no-such-program"]' });
    const spec = { ...newSpec(), image };
    await expect(runtime.start(spec, deadline())).rejects.toMatchObject({
      code: "INSTANCE_START_FAILED",
      message: expect.stringContaining("no-such-program"),
    });
    expect(await runtime.list()).toEqual([whole]);
    expect(readdirSync(socketsDirectory)).toEqual([whole.sessionId]);
    await runtime.remove(spec.sessionId);
    expect(await runtime.listOwners()).toEqual([whole.sessionId]);
    await docker.getImage(image).remove();
  });

  it("reports a container that it finds ended, not one that was never started or is paused", async () => {
    await using engine = await openTestEngine({ link: "exec" });
    const { docker, runtime, installId, crash } = engine;
    await docker.createContainer(containerTemplate({ ...newSpec(), installId }));
    await docker.getContainer((await runtime.start(newSpec(), deadline())).ref).pause();
    const ended = await runtime.start(newSpec(), deadline());
    await crash(ended);
    const heard: InstanceExit[] = [];
    runtime.onExit((exit) => heard.push(exit));
    await expect.poll(() => heard.length).toBe(1); // it reports all that it finds at once
    expect(heard).toMatchObject([{ sessionId: ended.sessionId }]);
  });

  it("removes containers, volumes and the socket's directory", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    const { runtime, docker, installId, socketsDirectory } = engine;
    const { sessionId } = await runtime.start(newSpec(), deadline());
    const filters = { label: [`${LABELS.install}=${installId}`] };
    expect((await docker.listVolumes({ filters })).Volumes).toHaveLength(2);
    await runtime.remove(sessionId);
    expect(await docker.listContainers({ all: true, filters })).toEqual([]);
    expect((await docker.listVolumes({ filters })).Volumes).toEqual([]);
    expect(readdirSync(socketsDirectory)).toEqual([]);
  });

  it("removes what it finds of a session in whatever state and under whatever name, and nobody else's", async () => {
    await using engine = await openTestEngine({ link: "exec" });
    const { docker, runtime, installId, socketsDirectory } = engine;
    await using other = await engine.openOther();
    const foreign = await other.start(newSpec(), deadline());
    const [created, paused, exited, socket, volume] = [newSpec(), newSpec(), newSpec(), newSpec(), newSpec()];
    await docker.createContainer(containerTemplate({ ...created, installId }));
    await runtime.start(paused, deadline());
    await runtime.pause(paused.sessionId);
    const renamed = await runtime.start(exited, deadline());
    await docker.getContainer(renamed.ref).rename({ name: `cc-docker-test-${installId}` });
    await engine.crash(renamed);
    await mkdir(join(socketsDirectory, socket.sessionId), { recursive: true });
    const labels = { [LABELS.install]: installId, [LABELS.session]: volume.sessionId };
    await docker.createVolume({ Name: `cc-docker-test-${installId}`, Labels: labels });

    const active = [created, paused, exited, socket].map(({ sessionId }) => sessionId);
    expect(new Set(await runtime.listActive())).toEqual(new Set(active));
    expect(new Set(await runtime.listOwners())).toEqual(new Set([...active, volume.sessionId]));
    for (const id of [...active, volume.sessionId, foreign.sessionId]) await runtime.remove(id);
    expect(await runtime.listOwners()).toEqual([]);
    expect(await other.list()).toEqual([foreign]);
    expect(await other.listOwners()).toEqual([foreign.sessionId]);
  });

  it("neither takes nor removes a container of another install, though it has the session's name", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    await using other = await engine.openOther();
    const spec = newSpec();
    const foreign = await other.start(spec, deadline());
    const refused = { code: "INSTANCE_START_FAILED", message: expect.stringContaining("not of this install") };
    await expect(engine.runtime.start(spec, deadline())).rejects.toMatchObject(refused);
    await engine.runtime.stop(spec.sessionId, 1000);
    await engine.runtime.remove(spec.sessionId);
    expect(await other.list()).toEqual([foreign]);
  });

  it("keeps the sockets of its sessions from other users of this machine", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    const instance = await engine.runtime.start(newSpec(), deadline());
    await engine.runtime.openLink(instance, deadline()).then((link) => link.destroy());
    expect(existsSync(join(engine.socketsDirectory, instance.sessionId, "s"))).toBe(true);
    const { mode } = await stat(engine.socketsDirectory);
    expect((mode & 0o777).toString(8)).toBe("700");
  });
});
