/** The life of one session while its gateway dies at chosen points, as callers see it who do not give up. */
import { type Client, createClient, type Event, isCcError, type SessionConfig, toErrorShape } from "@cc-docker/client";
import { untilAsked } from "../approvals.ts";
import { containerOf } from "../engine.ts";
import { findFreePort } from "../find-free-port.ts";
import { checkHistory } from "../history/check-history.ts";
import { createHistory, type History } from "../history/history.ts";
import { createModelCallReader, type ModelCall } from "../history/model-calls.ts";
import { isEnd } from "../history/read-history.ts";
import { describeViolation } from "../history/violation.ts";
import { type Install, openInstall } from "../install.ts";
import { toolResults } from "../run-turn.ts";
import { waitUntil } from "../wait-until.ts";
import { checkMessages } from "./check-messages.ts";
import { insist } from "./insist.ts";
import { type KeptGateway, keepGateway } from "./keep-gateway.ts";
import { leaveOrphan } from "./leave-orphan.ts";
import { readSnapshot } from "./read-snapshot.ts";

export type Crash = {
  /** Where the first gateway dies, the second … `send.rung:3` is the third time it is reached. */
  points: readonly string[];
  /** Deletes the session while it is live, without a stop before. */
  deletesLive?: boolean;
  /** Ends the first gateway by SIGTERM while the first turn runs. */
  terminates?: boolean;
  /** Sends a third prompt when the session is stopped. */
  wakes?: boolean;
  /** Sends a third prompt and kills the container when its turn has started. */
  losesContainer?: boolean;
  /** Pauses the session after its second turn, sends a third prompt, and resumes. */
  pauses?: boolean;
  /** Lets the session be parked after its second turn, then resumes it, or sends a third prompt. */
  parks?: "resumed" | "prompted";
  /** The session asks before it uses a tool, and is answered. */
  asks?: boolean;
  /** Makes a fork once two turns are over, and sends the third prompt there. */
  forks?: boolean;
  /** A volume of a session that nobody knows lies there before the first start. */
  hasOrphan?: boolean;
};

const PROMPTS = [
  { key: "first", prompt: "say: one", answers: 1 },
  { key: "second", prompt: "bash: echo two > note.txt; cat note.txt\nsay: three", answers: 2 },
  { key: "third", prompt: "wait: 1s\nsay: four", answers: 1 },
  { key: "forked", prompt: "bash: grep two note.txt\nsay: five", answers: 2 },
] as const;
const [FIRST, SECOND, THIRD, FORKED] = PROMPTS;
const answersOf = (said: string) => PROMPTS.find(({ prompt }) => prompt === said)?.answers ?? 0;

const SAID_CHARS = 1000;
/** In seconds: soon, and yet longer than from a turn's end to what a life does next. */
const PARK_AFTER = 0.5;
/** R4's own deadline. */
const SETTLE_MS = 15_000;
/** A fork is copied and started before its first turn. */
const LONG_MS = 60_000;

/** @throws Error naming the promises that were broken, or the points that were never reached */
export async function liveThrough(crash: Crash): Promise<void> {
  await using install = await openInstall({ PORT: String(await findFreePort()), MODEL_MAX_RETRIES: "5" });
  if (crash.hasOrphan) await leaveOrphan(install);
  const history = createHistory();
  const onDeath = (point: string) => history.crashed({ what: point });
  await using gateway = keepGateway({ env: install.env, points: crash.points, onDeath });
  const client = createClient({ url: `http://127.0.0.1:${install.env["PORT"]}`, token: () => install.token("alice") });
  await live({ client, history, install, gateway, calls: createCallKeeper(install) }, crash).catch((error: Error) => {
    throw new Error(`${error.message}; the gateway said: ${gateway.output().slice(-SAID_CHARS)}`, { cause: error });
  });
  await gateway.stop();
}

async function live(stand: Omit<Life, "sessionId">, crash: Crash): Promise<void> {
  const { client, gateway, install } = stand;
  const life = { ...stand, sessionId: await createOnce(client, configFor(crash)) };
  const followers = await work(life, crash);
  await untilKept(life);
  await deleteOnce(life);
  await untilGone(install);
  await Promise.all(followers);
  await waitUntil(() => gateway.pending().length === 0, { what: `its death at ${gateway.pending().join(", ")}` });
  await insist(() => client.sessions.list.query({})); // it serves, so it can be stopped in order
}

type Life = {
  client: Client;
  history: History;
  install: Install;
  gateway: KeptGateway;
  calls: () => ModelCall[];
  sessionId: string;
};

/** Two or three prompts to their ends, then rest, then all of them again. @returns the ends of the followers */
async function work(life: Life, crash: Crash): Promise<Promise<void>[]> {
  const early = follow(life, "early");
  await send(life, FIRST);
  if (crash.terminates) life.gateway.terminate();
  await untilSeen(life, 1, isEnd);
  const late = follow(life, "late");
  await send(life, SECOND);
  if (crash.asks) await allowOnce(life);
  await untilSeen(life, 2, isEnd);
  const forked = crash.forks ? await useFork(life) : [];
  if (crash.wakes) await stopOnce(life);
  if (crash.parks) await untilParked(life);
  if (crash.parks === "resumed") await resumeOnce(life);
  if (crash.pauses) await pauseOnce(life);
  const hasThird = crash.wakes || crash.losesContainer || crash.pauses || crash.parks === "prompted";
  if (hasThird) await send(life, THIRD);
  if (crash.pauses) await resumeOnce(life);
  if (crash.losesContainer) await loseContainer(life);
  if (hasThird) await untilSeen(life, 3, isEnd);
  if (!crash.deletesLive) await stopOnce(life);
  for (const prompt of hasThird ? [FIRST, SECOND, THIRD] : [FIRST, SECOND]) await send(life, prompt);
  return [early, late, ...forked];
}

/** A fork's whole life, which ends before its parent's. @returns the end of its follower */
async function useFork(life: Life): Promise<[Promise<void>]> {
  const { client, history, sessionId } = life;
  const make = () => client.sessions.fork.mutate({ sessionId, idempotencyKey: "the fork" });
  const [{ id }, again] = [await insist(make), await insist(make)];
  if (again.id !== id) throw new Error(`one fork was made, there are ${id} and ${again.id}`);
  const own = { ...life, sessionId: id };
  const follower = follow(own, "early");
  await send(own, FORKED);
  await untilSeen(own, 3, isEnd, LONG_MS);
  const said = history.entries.flatMap((e) => (e.kind === "delivered" && e.event.sessionId === id ? [e.event] : []));
  if (!toolResults(said).includes("two"))
    throw new Error(`the fork has not its parent's files: ${toolResults(said).join("; ")}`);
  await deleteOnce(own);
  return [follower];
}

async function loseContainer(life: Life): Promise<void> {
  const { history, sessionId } = life;
  await untilSeen(life, 3, ({ type }) => type === "turn.started");
  history.crashed({ what: "the container" });
  await (await containerOf(sessionId)).kill();
}

/** As with a stop, what is decided is the gateway's affair to carry out. */
async function pauseOnce({ client, sessionId }: Life): Promise<void> {
  await insist(async () => {
    const { status } = await client.sessions.get.query({ sessionId });
    if (status !== "paused") await client.sessions.pause.mutate({ sessionId });
  });
  await untilFrozen(sessionId, true);
}

async function resumeOnce({ client, sessionId }: Life): Promise<void> {
  await insist(async () => {
    const { status } = await client.sessions.get.query({ sessionId });
    if (status === "paused") await client.sessions.resume.mutate({ sessionId });
  });
  await untilFrozen(sessionId, false);
}

async function untilFrozen(sessionId: string, isFrozen: boolean): Promise<void> {
  const isSo = async () => (await (await containerOf(sessionId)).inspect()).State.Paused === isFrozen;
  await waitUntil(isSo, { what: `the container to be ${isFrozen ? "" : "not "}frozen`, deadlineMs: SETTLE_MS });
}

async function untilParked({ client, sessionId }: Life): Promise<void> {
  const isParked = async () => (await insist(() => client.sessions.get.query({ sessionId }))).parked === true;
  await waitUntil(isParked, { what: "the session to be parked", deadlineMs: SETTLE_MS });
}

function configFor({ parks, asks }: Crash): SessionConfig {
  return { ...(parks && { parkAfter: PARK_AFTER }), ...(asks && { permissionMode: "ask" }) };
}

/** What is asked is allowed, once, and said again for as long as nobody says that it was heard. */
async function allowOnce({ client, sessionId }: Life): Promise<void> {
  const { id: approvalId } = await insist(() => untilAsked(client, sessionId));
  await insist(() => client.approvals.answer.mutate({ approvalId, decision: "allow", rule: "Bash" }));
}

async function createOnce(client: Client, config: SessionConfig): Promise<string> {
  const { id } = await insist(() => client.sessions.create.mutate({ idempotencyKey: "the one", config }));
  const { sessions } = await insist(() => client.sessions.list.query({}));
  if (sessions.length !== 1) throw new Error(`one session was created, there are ${sessions.length}`);
  return id;
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

/** Such an event was delivered of so many turns. */
async function untilSeen(
  { history }: Life,
  count: number,
  isSuch: (event: Event) => boolean,
  deadlineMs = 30_000,
): Promise<void> {
  const isSeen = () => {
    const turns = history.entries.flatMap((entry) =>
      entry.kind === "delivered" && isSuch(entry.event) ? [entry.event.turnId] : [],
    );
    return new Set(turns).size >= count;
  };
  await waitUntil(isSeen, { what: `events of ${count} turns`, deadlineMs });
}

/** Every promise is kept, at once or as soon as what was cut off is put right. */
async function untilKept({ client, history, calls, install }: Life): Promise<void> {
  let broken: string[] = [];
  const isKept = async () => {
    const snapshot = await insist(() => readSnapshot(client, install.dataDir));
    const events = history.entries.flatMap((e) =>
      e.kind === "delivered" && e.subscriber === "early" ? [e.event] : [],
    );
    broken = [
      ...checkHistory(history, { snapshot, modelCalls: calls() }).map(describeViolation),
      ...checkMessages(events, answersOf),
    ];
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
