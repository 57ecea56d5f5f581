/** What no session owns goes, in whatever state it is; what another install owns stays. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dataPaths } from "@cc-docker/server";
import { expect, onTestFinished } from "vitest";
import { engine, findContainers, findVolumes, removeInstall, SESSION_IMAGE } from "../harness/engine.ts";
import { openSession, runTurn } from "../harness/run-turn.ts";
import { startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const STATES = ["created", "running", "paused", "exited"] as const;
/** R4's time. */
const SETTLE_MS = 15_000;

verifies(
  "session.orphans",
  "what an install has of unknown sessions is removed, nobody else's is touched",
  async () => {
    await using own = await startStack();
    const session = await openSession(own.client());
    const paths = dataPaths(own.dataDir);
    const installId = (await readFile(paths.install, "utf8")).trim();
    const otherId = `other-${randomUUID()}`;
    onTestFinished(() => removeInstall(otherId));
    const socket = join(paths.sockets, randomUUID());
    // A gateway that runs would remove a container before it is in its state.
    await own.stop();
    for (const state of STATES) for (const id of [installId, otherId]) await leaveContainer(id, state);
    for (const id of [installId, otherId]) await leaveVolume(id);
    await mkdir(socket);
    await writeFile(join(socket, "s"), "");
    await own.start();

    await expectToGo();
    for (const id of [installId, otherId]) await leaveContainer(id, "created");
    await expectToGo();
    const foreign = (await findContainers(otherId)).map(({ State }) => State);
    expect(foreign.toSorted()).toEqual([...STATES, "created"].toSorted());
    expect(await findVolumes(otherId)).toHaveLength(1);
    expect((await runTurn(own.client(), session.id, "say: undisturbed")).text).toBe("undisturbed");

    async function expectToGo(): Promise<void> {
      await waitUntil(async () => JSON.stringify(await left()) === "[1,2,false]", {
        what: "all but the live session's to go",
        deadlineMs: SETTLE_MS,
      });
    }

    async function left(): Promise<unknown[]> {
      return [(await findContainers(installId)).length, (await findVolumes(installId)).length, existsSync(socket)];
    }
  },
);

async function leaveContainer(installId: string, state: (typeof STATES)[number]): Promise<void> {
  const container = await engine.createContainer({
    name: `cc-docker-${randomUUID()}`,
    Image: SESSION_IMAGE,
    Entrypoint: ["sleep", "600"],
    Labels: labels(installId),
    HostConfig: { NetworkMode: "none" },
  });
  if (state !== "created") await container.start();
  if (state === "paused") await container.pause();
  if (state === "exited") await container.kill();
  if (state === "exited") await container.wait();
}

async function leaveVolume(installId: string): Promise<void> {
  await engine.createVolume({ Name: `cc-docker-${randomUUID()}-home`, Labels: labels(installId) });
}

function labels(installId: string): Record<string, string> {
  return { "cc-docker.install": installId, "cc-docker.session": randomUUID(), "cc-docker.generation": "1" };
}
