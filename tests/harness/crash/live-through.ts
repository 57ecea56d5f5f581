/** The life of one session while its gateway dies at chosen points, as callers see it who do not give up. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient, isCcError, toErrorShape } from "@cc-docker/client";
import { dataPaths } from "@cc-docker/server";
import { engine } from "../engine.ts";
import { checkHistory } from "../history/check-history.ts";
import { createHistory, type History } from "../history/history.ts";
import { createModelCallReader, type ModelCall } from "../history/model-calls.ts";
import { isEnd } from "../history/read-history.ts";
import { describeViolation } from "../history/violation.ts";
import { type Install, openInstall } from "../install.ts";
import { findFreePort } from "../start-gateway-process.ts";
import { waitUntil } from "../wait-until.ts";
import { keepGateway } from "./keep-gateway.ts";
import { readSnapshot } from "./read-snapshot.ts";

export type Crash = {
  /** Where the first gateway dies, the second … `send.rung:3` is the third time it is reached. */
  points: readonly string[];
  /** Deletes the session while it is live, without a stop before. */
  deletesLive?: boolean;
  /** Ends the first gateway by SIGTERM while the first turn runs. */
  terminates?: boolean;
  /** A volume of a session that nobody knows lies there before the first start. */
  hasOrphan?: boolean;
};

const PROMPTS = [
  { key: "first", prompt: "say: one", answers: 1 },
  { key: "second", prompt: "bash: echo two > note.txt; cat note.txt\nsay: three", answers: 2 },
] as const;
const [FIRST, SECOND] = PROMPTS;

/** R4's own deadline. */
const SETTLE_MS = 15_000;
/** Longer than a gateway takes to start on a busy machine. */
const AWAY_MS = 20_000;

/** @throws Error naming the promises that were broken, or the points that were never reached */
export async function liveThrough(crash: Crash): Promise<void> {
  await using install = await openInstall({ PORT: String(await findFreePort()), MODEL_MAX_RETRIES: "5" });
  if (crash.hasOrphan) await leaveOrphan(install);
  const history = createHistory();
  const onDeath = (point: string) => history.crashed({ what: point });
  await using gateway = keepGateway({ env: install.env, points: crash.points, onDeath });
  const client = createClient({ url: `http://127.0.0.1:${install.env["PORT"]}`, token: () => install.token("alice") });
  const life = { client, history, sessionId: await createOnce(client), calls: createCallKeeper(install) };
  const early = follow(life, "early");
  await send(life, FIRST);
  if (crash.terminates) gateway.terminate();
  await untilEnded(life, 1);
  const late = follow(life, "late");
  await send(life, SECOND);
  await untilEnded(life, 2);
  if (!crash.deletesLive) await stopOnce(life);
  for (const prompt of PROMPTS) await send(life, prompt); // again, whatever has happened since
  await untilKept(life, install);
  await deleteOnce(life);
  await untilGone(install);
  await Promise.all([early, late]);
  await waitUntil(() => gateway.pending().length === 0, { what: `its death at ${gateway.pending().join(", ")}` });
  await insist(() => client.sessions.list.query({})); // it serves, so it can be stopped in order
  await gateway.stop();
}

type Life = { client: Client; history: History; sessionId: string; calls: () => ModelCall[] };

/** There is no key for a session: who was not answered looks into the list. */
function createOnce(client: Client): Promise<string> {
  return insist(async () => {
    const { sessions } = await client.sessions.list.query({});
    if (sessions.length > 1) throw new Error(`one session was created, there are ${sessions.length}`);
    return sessions[0]?.id ?? (await client.sessions.create.mutate({})).id;
  });
}

async function send({ client, history, sessionId }: Life, { key, ...prompt }: (typeof PROMPTS)[number]): Promise<void> {
  history.called({ sessionId, key, ...prompt });
  const turn = await client.chat.send.mutate({ sessionId, prompt: prompt.prompt, idempotencyKey: key });
  history.acknowledged({ sessionId, key, turnId: turn.id });
}

/** Does not call again what has happened all the same: putting that right is the gateway's affair. */
async function stopOnce({ client, sessionId }: Life): Promise<void> {
  await insist(async () => {
    const { status } = await client.sessions.get.query({ sessionId });
    if (status !== "stopped") await client.sessions.stop.mutate({ sessionId });
  });
}

async function deleteOnce({ client, sessionId }: Life): Promise<void> {
  await insist(() => client.sessions.delete.mutate({ sessionId })).catch((error: unknown) => {
    if (!isCcError(error, "SESSION_NOT_FOUND")) throw error;
  });
}

/** Records what the subscriber gets until the session is deleted. */
async function follow({ client, history, sessionId }: Life, subscriber: string): Promise<void> {
  const onReconnect = ({ code }: { code: Parameters<History["disturbed"]>[0]["code"] }) =>
    history.disturbed({ subscriber, sessionId, code });
  history.followed({ subscriber, sessionId, after: 0 });
  try {
    for await (const event of client.followEvents({ sessionId, onReconnect })) history.delivered(subscriber, event);
  } catch (error) {
    if (!isCcError(error, "SESSION_NOT_FOUND")) onReconnect(toErrorShape(error));
  }
}

async function untilEnded({ history }: Life, count: number): Promise<void> {
  const hasEnded = () => {
    const ended = history.entries.flatMap((entry) =>
      entry.kind === "delivered" && isEnd(entry.event) ? [entry.event.turnId] : [],
    );
    return new Set(ended).size >= count;
  };
  await waitUntil(hasEnded, { what: `${count} turns to end`, deadlineMs: 30_000 });
}

/** Every promise is kept, at once or as soon as what was cut off is put right. */
async function untilKept({ client, history, calls }: Life, { dataDir }: Install): Promise<void> {
  let broken: string[] = [];
  const isKept = async () => {
    const snapshot = await insist(() => readSnapshot(client, dataDir));
    broken = checkHistory(history, { snapshot, modelCalls: calls() }).map(describeViolation);
    return broken.length === 0;
  };
  await waitUntil(isKept, { what: "every promise to be kept", deadlineMs: SETTLE_MS }).catch((error: Error) => {
    throw new Error(`${error.message}: ${broken.join("; ")}`, { cause: error });
  });
}

async function untilGone({ leftovers }: Install): Promise<void> {
  let left: string[] = [];
  const isGone = async () => (left = await leftovers()).length === 0;
  await waitUntil(isGone, { what: "all to be removed", deadlineMs: SETTLE_MS }).catch((error: Error) => {
    throw new Error(`R4: ${left.join(", ")}`, { cause: error });
  });
}

function createCallKeeper({ model }: Install): () => ModelCall[] {
  const read = createModelCallReader(model.journal);
  const calls: ModelCall[] = [];
  return () => {
    calls.push(...read());
    return calls;
  };
}

/** The install's id is a file that the first start makes, unless it is there. */
async function leaveOrphan({ dataDir }: Install): Promise<void> {
  const installId = randomUUID();
  const sessionId = randomUUID();
  await writeFile(dataPaths(dataDir).install, installId);
  await engine.createVolume({
    Name: `cc-docker-${sessionId}-workspace`,
    Labels: { "cc-docker.install": installId, "cc-docker.session": sessionId },
  });
}

/** TOKEN_MISSING: the first start has not made the secret yet. */
const AWAY = ["SERVER_UNREACHABLE", "SERVER_STOPPING", "TOKEN_MISSING"] as const;

/** As whoever was not answered: asks again until the gateway is back. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + AWAY_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!AWAY.some((code) => isCcError(error, code)) || performance.now() > deadline) throw error;
    }
    await sleep(50);
  }
}
