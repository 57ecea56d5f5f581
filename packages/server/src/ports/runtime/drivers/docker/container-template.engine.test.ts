/** The container of a session as the engine reports it and as `/proc` shows it: what is promised, on a live one. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { createLineReader, encodeLine, LINK_VERSION, SessionId, type ToWrapper } from "@cc-docker/protocol";
import type { ContainerInspectInfo } from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLinkPipe } from "../../../../edges/link/link-pipe.ts";
import type { Instance } from "../../runtime.ts";
import { openTestEngine, SESSION_IMAGE, type TestEngine } from "./engine.test-helper.ts";

const GIB = 1024 ** 3;
const sessionId = SessionId.parse(randomUUID());

/** Starts the agent, as the gateway's hello does, and waits until it is ready. */
async function startAgent(engine: TestEngine, instance: Instance): Promise<void> {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const pipe = openLinkPipe(await engine.runtime.openLink(instance, AbortSignal.timeout(30_000)), {
    broker: (stream) => void stream.destroy(),
    control: (stream) => sayHello(stream, resolve),
  });
  await ready;
  pipe.close();
}

function sayHello(stream: Duplex, onReady: () => void): void {
  const reader = createLineReader({ maxBytes: 1024 * 1024 });
  const hello: ToWrapper = {
    type: "hello",
    version: LINK_VERSION,
    sessionId,
    acked: 0,
  };
  const start: ToWrapper = { type: "start", config: {}, modelMaxRetries: 0 };
  stream.write(encodeLine(hello));
  stream.write(encodeLine(start));
  stream.on("data", (chunk: Buffer) => {
    if (reader.push(chunk).some((line) => (JSON.parse(line) as { type: string }).type === "ready")) onReady();
  });
}

type Process = Record<string, string>;

/** Every process inside, by what /proc/PID/status says. */
async function listProcesses(engine: TestEngine, instance: Instance): Promise<Process[]> {
  const script =
    'for d in /proc/[0-9]*; do echo "Cmd: $(tr "\\0" " " < $d/cmdline)"; cat $d/status; echo; done 2>/dev/null';
  const text = await engine.runInside(instance, ["sh", "-c", script]);
  return text
    .split("\n\n")
    .filter((block) => block.includes("Uid:"))
    .map((block) => Object.fromEntries(block.trim().split("\n").map(toField)) as Process);
}

function toField(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

const NONE = "0000000000000000";
const CAP_KILL = 5; // linux/capability.h
const CAP_SETGID = 6;
const CAP_SETUID = 7;
const THREE = ((1 << CAP_KILL) | (1 << CAP_SETGID) | (1 << CAP_SETUID)).toString(16).padStart(16, "0");

for (const link of ["socket", "exec"] as const) {
  describe(`a session's container, ${link} link`, () => {
    let engine: TestEngine;
    let instance: Instance;
    let info: ContainerInspectInfo;

    beforeAll(async () => {
      engine = await openTestEngine({ link, atEnd: () => undefined });
      instance = await engine.runtime.start(
        { sessionId, generation: 7, image: SESSION_IMAGE },
        AbortSignal.timeout(30_000),
      );
      info = await engine.docker.getContainer(instance.ref).inspect();
      await startAgent(engine, instance);
    });
    afterAll(() => engine[Symbol.asyncDispose]());

    it("says whose it is, and nothing else, in its name, labels and environment", () => {
      expect(info.Name).toBe(`/cc-docker-${sessionId}`);
      const own = Object.entries(info.Config.Labels).filter(([name]) => !name.startsWith("cc-docker.image"));
      expect(Object.fromEntries(own)).toEqual({
        "cc-docker.install": engine.installId,
        "cc-docker.session": sessionId,
        "cc-docker.generation": "7",
      });
      const names = info.Config.Env.map((entry) => entry.slice(0, entry.indexOf("=")));
      expect(names.toSorted()).toEqual(["CC_DOCKER_SESSION", "DISABLE_AUTOUPDATER", "LANG", "PATH"]);
    });

    it("has no network at all", async () => {
      expect(info.HostConfig.NetworkMode).toBe("none");
      expect(Object.keys(info.NetworkSettings.Networks)).toEqual(["none"]);
      expect(info.HostConfig.PortBindings ?? {}).toEqual({});
      const devices = await engine.runInside(instance, ["sh", "-c", "ls /sys/class/net"]);
      const routes = await engine.runInside(instance, ["sh", "-c", "tail -n +2 /proc/net/route"]);
      expect(
        devices
          .split("\n")
          .filter((name) => !/^(lo|sit0|tunl0|ip6tnl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|ip6gre0|)$/.test(name)),
      ).toEqual([]);
      expect(routes).toBe("");
    });

    it("keeps three capabilities of all, gains no privilege and shares nothing with the host", () => {
      const { HostConfig } = info;
      expect(HostConfig.Privileged).toBe(false);
      expect(HostConfig.CapDrop).toEqual(["ALL"]);
      expect(HostConfig.CapAdd?.map((name: string) => name.replace(/^CAP_/, "")).toSorted()).toEqual([
        "KILL",
        "SETGID",
        "SETUID",
      ]);
      expect(HostConfig.SecurityOpt).toEqual(["no-new-privileges:true"]); // and no seccomp=…: the engine's profile holds
      expect(HostConfig.Devices ?? []).toEqual([]);
      expect(HostConfig.DeviceRequests ?? []).toEqual([]);
      expect([HostConfig.PidMode, HostConfig.UTSMode, HostConfig.UsernsMode]).toEqual(["", "", ""]);
      expect(HostConfig.IpcMode).toBe("private");
      expect(HostConfig.ExtraHosts ?? []).toEqual([]);
    });

    it("has limits for processes, memory, processors and its log", () => {
      const { HostConfig } = info;
      expect(HostConfig.PidsLimit).toBe(512);
      expect(HostConfig.Memory).toBe(4 * GIB);
      expect(HostConfig.MemorySwap).toBe(4 * GIB); // memory and swap together: no swap
      expect(HostConfig.NanoCpus).toBe(2_000_000_000);
      expect(HostConfig.LogConfig).toEqual({
        Type: "local",
        Config: { "max-size": "1m", "max-file": "1", compress: "false" },
      });
      expect(HostConfig.RestartPolicy?.Name).toBe("no");
      expect(HostConfig.OomKillDisable ?? false).toBe(false);
    });

    it("cannot write to its image, only to two volumes and a limited /tmp", async () => {
      expect(info.HostConfig.ReadonlyRootfs).toBe(true);
      expect(info.HostConfig.Tmpfs?.["/tmp"]).toBe(`rw,exec,nosuid,nodev,size=${GIB},mode=1777`);
      const volumes = info.Mounts.filter(({ Type }) => Type === "volume");
      expect(volumes.map(({ Name, Destination }) => `${Destination} ${Name}`).toSorted()).toEqual([
        `/home cc-docker-${sessionId}-home`,
        `/workspace cc-docker-${sessionId}-workspace`,
      ]);
      const script =
        "for d in / /usr /etc /opt /var /run; do touch $d/x 2>/dev/null && echo $d; done; touch /tmp/x /workspace/x";
      expect(await engine.runInside(instance, ["sh", "-c", script], { user: "agent" })).toBe("");
      const tmp = await engine.runInside(instance, ["sh", "-c", "grep ' /tmp ' /proc/mounts"]);
      expect(tmp).toMatch(/^tmpfs \/tmp tmpfs rw,nosuid,nodev.*size=1048576k/);
    });

    it("binds nothing of the host but its own socket's directory, and that only for the socket link", () => {
      expect(info.HostConfig.Binds ?? []).toEqual([]);
      expect(info.HostConfig.VolumesFrom ?? []).toEqual([]);
      const binds = info.Mounts.filter(({ Type }) => Type !== "volume").map(({ Type, Source, Destination }) => [
        Type,
        Source,
        Destination,
      ]);
      const socketDirectory = ["bind", join(engine.socketsDirectory, sessionId), "/run/cc-docker/link"];
      expect(binds.filter(([type]) => type === "bind")).toEqual(link === "socket" ? [socketDirectory] : []);
      const tmpfs = Object.keys(info.HostConfig.Tmpfs ?? {}).toSorted();
      expect(tmpfs).toEqual(link === "socket" ? ["/tmp"] : ["/run/cc-docker/link", "/tmp"]);
    });

    it("runs an init first, that reaps, and that nobody but the wrapper's user may end", async () => {
      const [first] = (await listProcesses(engine, instance)).filter(({ Pid }) => Pid === "1");
      expect(first).toMatchObject({ Name: "tini", Uid: "990\t990\t990\t990" });
    });

    it("runs the wrapper as its own user with exactly SETUID, SETGID and KILL", async () => {
      const wrappers = (await listProcesses(engine, instance)).filter(({ Cmd }) =>
        Cmd?.endsWith("node /opt/cc-docker/wrapper.mjs"),
      );
      expect(wrappers).toHaveLength(1);
      const ids = "990\t990\t990\t990";
      expect(wrappers[0]).toMatchObject({ Uid: ids, Gid: ids, Groups: "", NoNewPrivs: "1", Seccomp: "2" });
      expect(wrappers[0]).toMatchObject({ CapEff: THREE, CapPrm: THREE, CapBnd: THREE });
    });

    it("runs the agent as another user without any capability, for ever", async () => {
      const agents = (await listProcesses(engine, instance)).filter(({ Uid }) => Uid?.startsWith("1000"));
      expect(agents.map(({ Name }) => Name)).toContain("claude");
      const ids = "1000\t1000\t1000\t1000";
      for (const agent of agents) {
        expect(agent).toMatchObject({ Uid: ids, Gid: ids, Groups: "", NoNewPrivs: "1", Seccomp: "2" });
        expect(agent).toMatchObject({ CapInh: NONE, CapPrm: NONE, CapEff: NONE, CapAmb: NONE });
      }
    });

    it("keeps the agent from the wrapper's socket, spool and memory", async () => {
      const script = [
        "ls /run/cc-docker/link 2>/dev/null && echo socket",
        "ls /home/wrapper 2>/dev/null && echo spool",
        "for d in /proc/[0-9]*; do grep -q '[w]rapper.mjs' $d/cmdline 2>/dev/null && cat $d/environ 2>/dev/null && echo memory; done",
        "true",
      ].join("; ");
      expect(await engine.runInside(instance, ["sh", "-c", script], { user: "agent" })).toBe("");
    });
  });
}
