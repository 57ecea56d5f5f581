/** Several live sessions at once, whose gateway is killed, and then loses what it knew of them. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { type Client, createClient, type Event, endsTurn } from "@cc-docker/client";
import { dataPaths } from "@cc-docker/server";
import { expect } from "vitest";
import { engine, removeInstall } from "../harness/engine.ts";
import { findFreePort } from "../harness/find-free-port.ts";
import { type Install, openInstall } from "../harness/install.ts";
import { collectUntil } from "../harness/run-turn.ts";
import { startGatewayProcess } from "../harness/start-gateway-process.ts";
import { runAtEnd } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const SESSIONS = 6;
const WORDS = 60;
/** Of a session: a container, two volumes, a socket. */
const THINGS = 4;
/** What is promised. */
const ORPHANS_MS = 15_000;
/** Six containers start at once. */
const LONGEST_MS = 150_000;

verifies(
  "session.survives-kill",
  "a gateway killed while six sessions stream goes on with all of them, and each follower gets every event once",
  async () => {
    await using install = await openInstall({ PORT: String(await findFreePort()), MODEL_MAX_RETRIES: "5" });
    const client = connect(install);
    let gateway = await startGatewayProcess(install.env);
    const ids = await createSessions(client);
    const followed = ids.map((sessionId) => followTurn(client, sessionId));
    await Promise.all(followed.map(({ streaming }) => streaming));
    await gateway.end("SIGKILL");
    gateway = await startGatewayProcess(install.env);

    for (const { events } of followed) {
      const seen = await events;
      expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
      expect(seen.at(-1)).toMatchObject({
        type: "turn.completed",
        data: { result: { text: expect.stringMatching(new RegExp(`^word1 .* word${WORDS}$`)) } },
      });
    }
    for (const sessionId of ids) await client.sessions.delete.mutate({ sessionId });
    await gateway.end("SIGTERM");
  },
  { timeout: LONGEST_MS },
);

verifies(
  "session.no-orphans",
  "containers, volumes and sockets of sessions that no row knows are gone soon after a start; another install's stay",
  async () => {
    await using install = await openInstall({ PORT: String(await findFreePort()) });
    const foreign = await leaveForeign();
    const killed = await startGatewayProcess(install.env);
    await createSessions(connect(install));
    await waitUntil(async () => (await install.leftovers()).length === SESSIONS * THINGS, {
      what: "all to be there",
      deadlineMs: 60_000,
    });
    await killed.end("SIGKILL");
    for (const suffix of ["", "-wal", "-shm"]) {
      await rm(`${dataPaths(install.dataDir).database}${suffix}`, { force: true });
    }
    expect(await install.leftovers()).toHaveLength(SESSIONS * THINGS);
    await using _gateway = await startGatewayProcess(install.env);
    const isClean = async () => (await install.leftovers()).length === 0;
    await waitUntil(isClean, { what: "what nobody owns to be removed", deadlineMs: ORPHANS_MS });
    await expect(engine.getVolume(foreign).inspect()).resolves.toMatchObject({ Name: foreign });
  },
);

function connect(install: Install): Client {
  const url = `http://127.0.0.1:${install.env["PORT"]}`;
  return createClient({ url, token: () => install.token("alice") });
}

async function createSessions(client: Client): Promise<string[]> {
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => client.sessions.create.mutate({})));
  return sessions.map(({ id }) => id);
}

/** A turn that streams, followed from the session's first event to the turn's end. */
function followTurn(client: Client, sessionId: string) {
  const { promise: streaming, resolve } = Promise.withResolvers<void>();
  const onEvent = ({ type }: Event) => type === "agent.stream_event" && resolve();
  const isLast = ({ type }: Event) => endsTurn(type);
  const events = collectUntil(client, { sessionId, isLast, onEvent, deadlineMs: 100_000 });
  const sent = client.chat.send.mutate({ sessionId, prompt: `stream: ${WORDS} words every 40ms` });
  return { streaming: Promise.all([sent, streaming]), events };
}

/** A volume that another gateway on this engine has made, for a session of its own. */
async function leaveForeign(): Promise<string> {
  const [installId, sessionId] = [randomUUID(), randomUUID()];
  runAtEnd(() => removeInstall(installId));
  const Labels = { "cc-docker.install": installId, "cc-docker.session": sessionId };
  const Name = `cc-docker-${sessionId}-workspace`;
  await engine.createVolume({ Name, Labels });
  return Name;
}
