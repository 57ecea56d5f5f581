import { randomUUID } from "node:crypto";
import { SessionId } from "@cc-docker/protocol";
import type { Container, ContainerCreateOptions } from "dockerode";
import { describe, expect, it } from "vitest";
import { FILE_PARTS, type Instance } from "../../runtime.ts";
import { copyTemplate } from "./copy-template.ts";
import { openTestEngine, SESSION_IMAGE, type TestEngine } from "./engine.test-helper.ts";

const image = SESSION_IMAGE;
const deadline = () => AbortSignal.timeout(60_000);
const newId = () => SessionId.parse(randomUUID());
const start = (engine: TestEngine, sessionId = newId()) =>
  engine.runtime.start({ sessionId, generation: 1, image }, deadline());

/** Its volumes have the labels of the install, and so go with it: the engine would make them without. */
async function makeHelper({ docker }: TestEngine, template: ContainerCreateOptions): Promise<Container> {
  for (const { Source: Name } of template.HostConfig?.Mounts ?? [])
    await docker.createVolume({ Name, Labels: template.Labels });
  return docker.createContainer(template);
}

const PROJECT = "/home/agent/.claude/projects/-workspace";

async function asAgent({ runInside }: TestEngine, instance: Instance, script: string): Promise<string> {
  return runInside(instance, ["setpriv", "--reuid=agent", "--regid=agent", "--clear-groups", "sh", "-euc", script]);
}

describe("the copy of a session's files", () => {
  it("leaves out sockets, the wrapper's outbox and the agent's own record of the conversation, no other file", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    const parent = await start(engine);
    await asAgent(
      engine,
      parent,
      `mkdir -p ${PROJECT}/one/tool-results ${PROJECT}/one/subagents ${PROJECT}/memory
      echo said > ${PROJECT}/one.jsonl; echo helped > ${PROJECT}/one/subagents/a.jsonl
      echo long > ${PROJECT}/one/tool-results/x.txt; echo known > ${PROJECT}/memory/MEMORY.md
      echo mine > /workspace/data.jsonl
      node -e 'require("node:net").createServer().listen("/workspace/s", () => process.kill(process.pid, "SIGKILL"))' || true
      test -S /workspace/s`,
    );
    const outbox = [
      "setpriv",
      "--reuid=wrapper",
      "--regid=wrapper",
      "--clear-groups",
      "sh",
      "-c",
      "echo x >> ~wrapper/outbox.jsonl",
    ];
    await engine.runInside(parent, outbox);
    const to = newId();
    expect(
      await engine.runtime.copy({ from: parent.sessionId, to, image, parts: FILE_PARTS }, deadline(), () => undefined),
    ).toBe(true);
    const fork = await start(engine, to);
    const files = await asAgent(engine, fork, `find /workspace ${PROJECT} ! -type d | sort`);
    expect(files.trim().split("\n")).toEqual([
      `${PROJECT}/memory/MEMORY.md`,
      `${PROJECT}/one/tool-results/x.txt`,
      "/workspace/data.jsonl",
    ]);
    const wrappers = ["setpriv", "--reuid=wrapper", "--regid=wrapper", "--clear-groups", "sh", "-c"];
    expect(
      await engine.runInside(fork, [...wrappers, "stat -c '%U %a' ~wrapper && find ~wrapper -type f -size +0"]),
    ).toBe("wrapper 700\n");
  });

  it("that fails says why, in the words of the program, and leaves nothing", async () => {
    await using engine = await openTestEngine({ link: "exec" });
    const parent = await start(engine);
    await asAgent(
      engine,
      parent,
      `mkdir -p ~agent/else/-workspace ~agent/.claude; echo x > ~agent/else/-workspace/x.jsonl
      rm -rf ~agent/.claude/projects; ln -s /from/home/agent/else ~agent/.claude/projects`, // leads into what is read only
    );
    const to = newId();
    await expect(
      engine.runtime.copy({ from: parent.sessionId, to, image, parts: FILE_PARTS }, deadline(), () => undefined),
    ).rejects.toMatchObject({
      code: "FORK_COPY_FAILED",
      message: expect.stringMatching(/exit code 1.*x[.]jsonl.*Read-only file system/),
    });
    expect(await engine.runtime.listOwners()).toEqual([parent.sessionId]);
    expect(await engine.runtime.listActive()).toEqual([parent.sessionId]);
    expect(await asAgent(engine, parent, "cat ~agent/else/-workspace/x.jsonl")).toBe("x\n");
  });

  it("is listed while it is there, is no instance, and ends with a stop and with the session", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    const { runtime, installId } = engine;
    const { sessionId: from } = await start(engine);
    for (const end of [(id: SessionId) => runtime.stop(id, 1000), (id: SessionId) => runtime.remove(id)]) {
      const to = newId();
      await makeHelper(engine, copyTemplate({ from, to, image, parts: FILE_PARTS }, { installId, places: ["home"] }));
      expect(new Set(await runtime.listActive())).toEqual(new Set([from, to]));
      expect(await runtime.listOwners()).toContain(to);
      expect((await runtime.list()).map(({ sessionId }) => sessionId)).toEqual([from]);
      await end(to);
      expect(await runtime.listActive()).toEqual([from]);
    }
  });

  it("is made by a container that may do that and nothing else", async () => {
    await using engine = await openTestEngine({ link: "socket" });
    const { installId } = engine;
    const { sessionId: from } = await start(engine);
    const template = copyTemplate({ from, to: newId(), image, parts: FILE_PARTS }, { installId, places: FILE_PARTS });
    const { HostConfig, Mounts, Config } = await (await makeHelper(engine, template)).inspect();
    expect(HostConfig).toMatchObject({
      NetworkMode: "none",
      CapDrop: ["ALL"],
      CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"],
      SecurityOpt: ["no-new-privileges:true"],
      ReadonlyRootfs: true,
      Privileged: false,
      IpcMode: "private",
      RestartPolicy: { Name: "no" },
    });
    const rights = Mounts.map(({ Destination, RW }) => `${Destination} ${RW ? "rw" : "ro"}`);
    expect(rights.toSorted()).toEqual(["/from/home ro", "/from/workspace ro", "/home rw", "/workspace rw"]);
    expect(Config.Env?.filter((entry) => /KEY|TOKEN|SECRET/i.test(entry))).toEqual([]);
  });
});
