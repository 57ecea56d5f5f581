import { type Client, type Event, endsTurn, type SessionId, type TurnId } from "@cc-docker/client";
import type Docker from "dockerode";
import type { Deed, Scene } from "./scenes.ts";

type Stage = { client: Client; docker: Docker; sessionId: SessionId; sent: TurnId[]; answered: Set<string> };

/** Long enough for a session that is started twice on a busy machine. */
const PATIENCE_MS = 120_000;

/** Plays the scene in a session of its own, which is deleted. @returns its whole log */
export async function playScene(client: Client, docker: Docker, { config = {}, deeds }: Scene): Promise<Event[]> {
  const { id: sessionId } = await client.sessions.create.mutate({ config });
  const stage: Stage = { client, docker, sessionId, sent: [], answered: new Set() };
  try {
    await untilLogged(stage, (events) => events.some(({ type }) => type === "session.idle"));
    for (const deed of deeds) await perform(stage, deed);
    return await readLog(stage);
  } finally {
    await client.sessions.delete.mutate({ sessionId });
  }
}

async function perform(stage: Stage, deed: Deed): Promise<void> {
  const { client, sessionId } = stage;
  if (deed === "kill") return killAgent(stage);
  if (deed === "settle") return settle(stage);
  if (deed === "stop" || deed === "pause" || deed === "resume") {
    await client.sessions[deed].mutate({ sessionId });
    return;
  }
  if ("until" in deed) return untilLogged(stage, (events) => events.some((event) => tells(event, deed.until)));
  if ("interrupt" in deed) {
    const turnId = deed.interrupt === "newest" ? stage.sent.at(-1) : undefined;
    await client.chat.interrupt.mutate({ sessionId, ...(turnId && { turnId }) });
    return;
  }
  if ("answer" in deed) return answerNext(stage, deed.answer);
  const { id } = await client.chat.send.mutate({ sessionId, prompt: "ask" in deed ? deed.ask : deed.send });
  stage.sent.push(id);
  if ("ask" in deed) await settle(stage);
}

/** A prompt says what will be said; only what came of it counts. */
function tells({ type, data }: Event, text: string): boolean {
  return type === text || (type !== "turn.queued" && JSON.stringify(data).includes(text));
}

async function settle(stage: Stage): Promise<void> {
  await untilLogged(stage, (events) =>
    stage.sent.every((id) => events.some(({ type, turnId }) => turnId === id && endsTurn(type))),
  );
}

async function answerNext(stage: Stage, answer: Extract<Deed, { answer: unknown }>["answer"]): Promise<void> {
  const { client, sessionId, answered } = stage;
  let approvalId: string | undefined;
  await untilLogged(stage, async () => {
    const { approvals } = await client.approvals.list.query({ sessionId, state: "open" });
    approvalId = approvals.find(({ id }) => !answered.has(id))?.id;
    return approvalId !== undefined;
  });
  if (approvalId === undefined) return;
  answered.add(approvalId);
  await client.approvals.answer.mutate({ approvalId, ...answer });
}

/** Looks again with every event that comes, and now and then without one: an agent asks before it has said all. */
async function untilLogged(
  stage: Stage,
  isEnough: (events: readonly Event[]) => boolean | Promise<boolean>,
): Promise<void> {
  const { client, sessionId } = stage;
  const events: Event[] = [];
  const signal = AbortSignal.timeout(PATIENCE_MS);
  for await (const event of client.followEvents({ sessionId, signal })) {
    events.push(event);
    if (await isEnough(events)) return;
  }
  const types = events.slice(-10).map(({ type }) => type);
  throw new Error(`The scene did not go on within ${PATIENCE_MS} ms; the last events: ${types.join(", ")}`);
}

async function readLog({ client, sessionId }: Stage): Promise<Event[]> {
  const { lastSeq } = await client.sessions.get.query({ sessionId });
  const events: Event[] = [];
  while (events.length < lastSeq) {
    const page = await client.events.list.query({ sessionId, after: events.length, limit: 1000 });
    events.push(...page.events);
  }
  return events;
}

async function killAgent({ docker, sessionId }: Stage): Promise<void> {
  const [found] = await docker.listContainers({ filters: { label: [`cc-docker.session=${sessionId}`] } });
  if (!found) throw new Error(`Session ${sessionId} has no container whose agent could be killed.`);
  const exec = await docker.getContainer(found.Id).exec({ Cmd: ["pkill", "-9", "-x", "claude"], User: "agent" });
  await exec.start({ Detach: true });
}
