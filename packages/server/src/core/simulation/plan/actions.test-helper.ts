/** What callers do: one row each. A row finds what it acts on by itself and does nothing where there is nothing. */
import type { ApprovalId, ErrorCode, SessionId } from "@cc-docker/protocol";
import type { Random } from "../../../lib/random.ts";
import { startFollower } from "../callers/follower.test-helper.ts";
import type { SentPrompt } from "../callers/ledger.test-helper.ts";
import { DEADLY } from "../engine/agent.test-helper.ts";
import { create, fork } from "./make-sessions.test-helper.ts";
import { OWNER, pickOne, type Stage, short, type Weighted } from "./stage.test-helper.ts";

export type Action = Weighted & { begin: (stage: Stage, random: Random) => void };

const REFUSED_ANSWERS = [
  "APPROVAL_ANSWERED",
  "APPROVAL_WITHDRAWN",
  "APPROVAL_NOT_FOUND",
] as const satisfies ErrorCode[];
const GONE = ["SESSION_NOT_FOUND"] as const satisfies ErrorCode[];

export const ACTIONS: readonly Action[] = [
  { name: "create", weight: 3, begin: create },
  { name: "fork", weight: 2, begin: (stage, random) => onSession(stage, random, (id) => fork(stage, random, id)) },
  {
    name: "send",
    weight: 20,
    begin: (stage, random) => onSession(stage, random, (id) => send(stage, newPrompt(stage, random, id))),
  },
  { name: "send again", weight: 8, begin: (stage, random) => onPrompt(stage, random, (prompt) => send(stage, prompt)) },
  {
    name: "race one key",
    weight: 3,
    begin: (stage, random) =>
      onSession(stage, random, (id) => {
        const prompt = newPrompt(stage, random, id);
        for (let racer = 0; racer < 3; racer += 1) send(stage, prompt);
      }),
  },
  {
    name: "reuse a key",
    weight: 1,
    begin: (stage, random) => onPrompt(stage, random, (prompt) => reuse(stage, prompt)),
  },
  {
    name: "ask",
    weight: 4,
    begin: (stage, random) => onSession(stage, random, (id) => ask(stage, newPrompt(stage, random, id))),
  },
  { name: "interrupt", weight: 5, begin: (stage, random) => onSession(stage, random, (id) => interrupt(stage, id)) },
  {
    name: "interrupt one",
    weight: 2,
    begin: (stage, random) => onPrompt(stage, random, (prompt) => interruptOne(stage, prompt)),
  },
  { name: "answer", weight: 8, begin: (stage, random) => answer(stage, random.pick([1, 1, 3])) },
  { name: "pause", weight: 3, begin: (stage, random) => onSession(stage, random, (id) => pause(stage, id)) },
  { name: "resume", weight: 4, begin: (stage, random) => onSession(stage, random, (id) => resume(stage, id)) },
  { name: "stop", weight: 3, begin: (stage, random) => onSession(stage, random, (id) => stop(stage, id)) },
  { name: "delete", weight: 1, begin: (stage, random) => onSession(stage, random, (id) => remove(stage, id)) },
  { name: "look", weight: 3, begin: (stage, random) => onSession(stage, random, (id) => look(stage, id)) },
  { name: "follow", weight: 4, begin: (stage, random) => onSession(stage, random, (id) => follow(stage, random, id)) },
  { name: "break a follower", weight: 4, begin: ({ followers }, random) => pickOne(followers, random)?.break() },
];

function onSession({ ledger }: Stage, random: Random, act: (id: SessionId) => void): void {
  const id = pickOne(ledger.sessions, random);
  if (id) act(id);
}

function onPrompt({ ledger }: Stage, random: Random, act: (prompt: SentPrompt) => void): void {
  const prompt = pickOne(ledger.prompts, random);
  if (prompt) act(prompt);
}

function newPrompt({ ledger, world }: Stage, random: Random, sessionId: SessionId): SentPrompt {
  const key = world.newId();
  const what = `${random.between(1, 4)} steps${random.next() < 0.05 ? DEADLY : ""} for ${key}`;
  const prompt = { key, sessionId, text: what, answers: new Set<never>() };
  ledger.prompts.push(prompt);
  return prompt;
}

const input = ({ key, sessionId, text }: SentPrompt) => ({
  owner: OWNER,
  sessionId,
  prompt: text,
  idempotencyKey: key,
});

function send({ caller, world }: Stage, prompt: SentPrompt): void {
  const name = `send ${short(prompt.key)} to ${short(prompt.sessionId)}`;
  const work = async () => {
    const turn = await caller.insist((core) => core.turns.send(input(prompt)));
    prompt.answers.add(turn.id);
    world.trace.note(`${name}: ${short(turn.id)} ${turn.status}`);
  };
  caller.begin(name, work, GONE);
}

function reuse({ caller, world }: Stage, prompt: SentPrompt): void {
  if (prompt.answers.size === 0) return;
  const other = { ...input(prompt), prompt: `${prompt.text}, changed` };
  const work = async () => {
    await caller.insist((core) => core.turns.send(other));
    world.defects.push(`key ${prompt.key} was taken for another prompt`);
  };
  caller.begin(`reuse ${short(prompt.key)}`, work, ["IDEMPOTENCY_KEY_REUSED", "SESSION_NOT_FOUND"]);
}

function ask({ caller, world }: Stage, prompt: SentPrompt): void {
  const name = `ask ${short(prompt.key)} of ${short(prompt.sessionId)}`;
  const work = async () => {
    const turn = await caller.insist((core) => core.turns.ask(input(prompt), new AbortController().signal));
    prompt.answers.add(turn.id);
    world.trace.note(`${name}: ${short(turn.id)} ${turn.status}`);
  };
  caller.begin(name, work, GONE);
}

function interrupt({ caller }: Stage, sessionId: SessionId): void {
  const work = async () => void (await caller.insist((core) => core.turns.interrupt({ owner: OWNER, sessionId })));
  caller.begin(`interrupt ${short(sessionId)}`, work, ["NO_TURN_RUNNING", ...GONE]);
}

function interruptOne({ caller }: Stage, { sessionId, answers }: SentPrompt): void {
  const [turnId] = answers;
  if (!turnId) return;
  const work = async () =>
    void (await caller.insist((core) => core.turns.interrupt({ owner: OWNER, sessionId, turnId })));
  caller.begin(`interrupt turn ${short(turnId)} of ${short(sessionId)}`, work, GONE);
}

/** So many callers answer one question, each as it likes. */
function answer(stage: Stage, racers: number): void {
  const random = stage.world.random("answers");
  stage.caller.begin("look for questions", async () => {
    const state = random.next() < 0.7 ? ({ state: "open" } as const) : {};
    const query = { owner: OWNER, limit: 50, ...state };
    const { approvals } = await stage.caller.insist((core) => core.approvals.list(query));
    const id = pickOne(approvals, random)?.id;
    for (let racer = 0; id && racer < racers; racer += 1) answerOne(stage, id);
  });
}

export function answerOne({ caller, world, ledger }: Stage, approvalId: ApprovalId): void {
  const decision = world.random("answers").pick(["allow", "deny"] as const);
  const work = async () => {
    await caller.insist((core) => core.approvals.answer({ owner: OWNER, approvalId, answer: { decision } }));
    ledger.answers.set(approvalId, (ledger.answers.get(approvalId) ?? new Set()).add(decision));
  };
  caller.begin(`answer ${short(approvalId)}: ${decision}`, work, REFUSED_ANSWERS);
}

function pause({ caller }: Stage, sessionId: SessionId): void {
  const work = async () => void (await caller.insist((core) => core.sessions.pause({ owner: OWNER, sessionId })));
  caller.begin(`pause ${short(sessionId)}`, work, ["SESSION_NOT_PAUSABLE", ...GONE]);
}

export function resume({ caller }: Stage, sessionId: SessionId): void {
  const work = async () => void (await caller.insist((core) => core.sessions.resume({ owner: OWNER, sessionId })));
  caller.begin(`resume ${short(sessionId)}`, work, GONE);
}

function stop({ caller }: Stage, sessionId: SessionId): void {
  const work = async () => void (await caller.insist((core) => core.sessions.stop({ owner: OWNER, sessionId })));
  caller.begin(`stop ${short(sessionId)}`, work, GONE);
}

function remove({ caller, ledger }: Stage, sessionId: SessionId): void {
  ledger.deleted.add(sessionId);
  const work = () => caller.insist((core) => core.sessions.delete({ owner: OWNER, sessionId }));
  caller.begin(`delete ${short(sessionId)}`, work, GONE);
}

function look({ caller }: Stage, sessionId: SessionId): void {
  const work = async () => {
    await caller.insist((core) => core.sessions.get({ owner: OWNER, sessionId }));
    await caller.insist((core) => core.sessions.list({ owner: OWNER, limit: 10 }));
    await caller.insist((core) => core.events.read({ owner: OWNER, sessionId, after: 0, limit: 10 }));
  };
  caller.begin(`look at ${short(sessionId)}`, work, GONE);
}

function follow({ world, gateways, followers }: Stage, random: Random, sessionId: SessionId): void {
  const after = random.pick([0, 0, random.between(0, 5)]);
  world.trace.note(`follow ${short(sessionId)} from ${after}`);
  followers.push(startFollower(world, gateways, { sessionId, owner: OWNER, after }));
}
