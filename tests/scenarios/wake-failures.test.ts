/** A session at rest whose waking fails: its prompt ends with the reason, and the next wakes it once that is mended. */
import { type Client, type ErrorCode } from "@cc-docker/client";
import { expect } from "vitest";
import { engine, findContainer, SESSION_IMAGE } from "../harness/engine.ts";
import { startFullEngine } from "../harness/full-engine.ts";
import { openSession, runTurn } from "../harness/run-turn.ts";
import { startStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

const [REPOSITORY, TAG] = ["cc-docker-test/wake", String(process.pid)];
const IMAGE = `${REPOSITORY}:${TAG}`;

verifies(
  "error.wake",
  "a session whose image is gone fails by its name, and wakes when it is there again",
  async () => {
    const tag = () => engine.getImage(SESSION_IMAGE).tag({ repo: REPOSITORY, tag: TAG });
    await tag();
    await using own = await startStack({ env: { SESSION_IMAGE: IMAGE } });
    await using session = await openSession(own.client());
    await runTurn(own.client(), session.id, "say: remember me");
    await own.client().sessions.stop.mutate({ sessionId: session.id });
    await engine.getImage(IMAGE).remove();
    await requireFailedWake(own.client(), session.id, "IMAGE_NOT_FOUND");
    await tag();
    await requireWoken(own.client(), session.id);
    expect(JSON.stringify(own.model.journal.requests.at(-1)?.body)).toContain("remember me");
    await engine.getImage(IMAGE).remove();
  },
);

verifies("error.wake", "a session for which the engine has no space fails by its name, and wakes later", async () => {
  await using full = await startFullEngine();
  await using own = await startStack({ env: full.env });
  await using session = await openSession(own.client());
  await own.client().sessions.stop.mutate({ sessionId: session.id });
  full.full = true;
  await requireFailedWake(own.client(), session.id, "ENGINE_DISK_FULL");
  full.full = false;
  await requireWoken(own.client(), session.id);
});

async function requireFailedWake(client: Client, sessionId: string, code: ErrorCode): Promise<void> {
  const { turn } = await runTurn(client, sessionId, "say: too early");
  expect(turn).toMatchObject({ status: "cancelled", error: { code, hint: expect.stringMatching(/\w/) } });
  expect(await client.sessions.get.query({ sessionId })).toMatchObject({ status: "failed", error: { code } });
  expect(await findContainer(sessionId)).toBeUndefined();
}

async function requireWoken(client: Client, sessionId: string): Promise<void> {
  expect((await runTurn(client, sessionId, "say: awake")).text).toBe("awake");
}
