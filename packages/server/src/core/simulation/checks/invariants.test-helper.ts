/** What must hold when a world has come to rest: one row each. A row returns what it found wrong, a line each. */
import { type Event, isTurnOver, type SessionId, type TurnId } from "@cc-docker/protocol";
import { isAtRest, isHeld } from "../../sessions/session-status.ts";
import { short } from "../plan/stage.test-helper.ts";
import { conversationsAreWhole } from "./conversations.test-helper.ts";
import { crashesBounded, modelCallsBounded, stepsToldOnce } from "./crash-costs.test-helper.ts";
import { noTimeoutIsEarly } from "./early-timeouts.test-helper.ts";
import { onlyHoldersWrite } from "./fenced-appends.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";
import { oneKeyOneSession, oneKeyOneTurn } from "./keys.test-helper.ts";
import { onlyNewestCounts } from "./newest-instance.test-helper.ts";
import { answersHaveOneEffect, nobodyIsAskedTwice } from "./questions.test-helper.ts";
import { restIsSilent, restsEnd } from "./rest.test-helper.ts";
import { checkStatusMoves } from "./status-moves.test-helper.ts";

export type Invariant = { promise: string; check: (findings: Findings) => string[] };

const TURN_ENDS = ["turn.completed", "turn.failed", "turn.interrupted", "turn.cancelled"];

export const INVARIANTS: readonly Invariant[] = [
  { promise: "nothing happens that core itself calls a defect", check: ({ stage }) => stage.world.defects },
  { promise: "every call is answered", check: everyCallAnswered },
  { promise: "an accepted prompt comes to exactly one end", check: exactlyOneEnd },
  { promise: "one key is one turn", check: oneKeyOneTurn },
  { promise: "one key is one session", check: oneKeyOneSession },
  { promise: "a log has no gap", check: noGaps },
  { promise: "a follower sees every event once, in order", check: followersSawAll },
  { promise: "one turn runs at a time", check: oneRunsAtATime },
  {
    promise: "statuses move by the table",
    check: ({ sessions, logs }) => sessions.flatMap((row) => checkStatusMoves(row, logs.get(row.id) ?? [])),
  },
  { promise: "a session at rest is silent", check: restIsSilent },
  { promise: "a rest comes to its end", check: restsEnd },
  { promise: "nothing hangs", check: nothingHangs },
  { promise: "instances are those of live sessions", check: instancesMatch },
  { promise: "what was deleted is gone", check: deletedIsGone },
  { promise: "a message is stored once", check: messagesOnce },
  { promise: "what the agent has told of a turn it does not do again", check: stepsToldOnce },
  { promise: "an agent is given the conversation that it is to go on with", check: conversationsAreWhole },
  { promise: "a question has one answer, and the agent acts by it", check: answersHaveOneEffect },
  { promise: "nobody is asked the same twice", check: nobodyIsAskedTwice },
  { promise: "only who holds a session writes what its instance says", check: onlyHoldersWrite },
  { promise: "one instance counts, the newest", check: onlyNewestCounts },
  { promise: "no time is over early", check: noTimeoutIsEarly },
  { promise: "a crash costs at most one call of the model", check: modelCallsBounded },
  { promise: "a turn lives through three crashes", check: crashesBounded },
];

function everyCallAnswered({ stage }: Findings): string[] {
  const open = [...stage.ledger.open].filter(([, count]) => count > 0);
  return open.map(([name]) => `"${name}" was never answered`);
}

function exactlyOneEnd({ stage, turns, logs, sessions }: Findings): string[] {
  const isThere = (id: SessionId) => sessions.some((row) => row.id === id && !row.deleted);
  const accepted = stage.ledger.prompts.filter(({ sessionId, answers }) => answers.size > 0 && isThere(sessionId));
  const lost = accepted.flatMap(({ answers }) => [...answers].filter((id) => !turns.has(id)));
  const ends = (id: TurnId, log: Event[]) =>
    log.filter((event) => event.turnId === id && TURN_ENDS.includes(event.type));
  const wrong = [...turns.values()].flatMap(({ id, sessionId, status }) => {
    const own = ends(id, logs.get(sessionId) ?? []);
    if (own.length === 1 && own[0]?.type === `turn.${status}`) return [];
    return [
      `turn ${short(id)} of ${short(sessionId)} is ${status} with ${own.length} ends: ${own.map(({ type }) => type).join(", ")}`,
    ];
  });
  return [...lost.map((id) => `turn ${short(id)} was accepted and is not there`), ...wrong];
}

function noGaps({ sessions, logs }: Findings): string[] {
  return sessions.flatMap(({ id, lastSeq }) => {
    const seqs = (logs.get(id) ?? []).map(({ seq }) => seq);
    const gap = seqs.findIndex((seq, index) => seq !== index + 1);
    if (gap !== -1) return [`the log of ${short(id)} has ${seqs[gap]} where ${gap + 1} belongs`];
    return seqs.length === lastSeq
      ? []
      : [`the log of ${short(id)} has ${seqs.length} events, its row says ${lastSeq}`];
  });
}

function followersSawAll({ stage, sessions, logs }: Findings): string[] {
  return stage.followers.flatMap(({ sessionId, after, seen, hasEnded }) => {
    const gap = seen.findIndex(({ seq }, index) => seq !== after + index + 1);
    if (gap !== -1) return [`a follower of ${short(sessionId)} saw ${seen[gap]?.seq} where ${after + gap + 1} belongs`];
    const session = sessions.find(({ id }) => id === sessionId);
    if (!session || session.deleted)
      return hasEnded ? [] : [`a follower of ${short(sessionId)} was not told of its end`];
    const log = logs.get(sessionId) ?? [];
    const wrong = seen.find(({ seq, json }) => JSON.stringify(JSON.parse(json)) !== JSON.stringify(log[seq - 1]));
    if (wrong) return [`a follower of ${short(sessionId)} saw another event ${wrong.seq} than the log has`];
    const missing = Math.max(0, log.length - after) - seen.length;
    return missing === 0 ? [] : [`a follower of ${short(sessionId)} misses the last ${missing} events`];
  });
}

function oneRunsAtATime({ logs }: Findings): string[] {
  return [...logs].flatMap(([id, log]) => {
    const running = new Set<TurnId>();
    return log.flatMap(({ type, turnId, seq }) => {
      if (!turnId) return [];
      if (type === "turn.started") running.add(turnId);
      if (TURN_ENDS.includes(type)) running.delete(turnId);
      return running.size > 1 ? [`${running.size} turns run in ${short(id)} at ${seq}`] : [];
    });
  });
}

function nothingHangs({ sessions, turns }: Findings): string[] {
  const busy = sessions.filter(
    ({ status, parked, deleted }) => !deleted && !parked && status !== "idle" && !isAtRest(status),
  );
  const open = [...turns.values()].filter(({ status }) => !isTurnOver(status));
  return [
    ...busy.map(({ id, status }) => `session ${short(id)} is still ${status}`),
    ...open.map(({ id, status, sessionId }) => `turn ${short(id)} of ${short(sessionId)} is still ${status}`),
  ];
}

function instancesMatch({ stage, sessions }: Findings): string[] {
  const { boxes, homes } = stage.world.engine;
  const live = sessions.filter(({ status, deleted }) => !deleted && !isAtRest(status));
  const missing = live.filter(({ id, generation }) => {
    const instance = boxes.get(id)?.instance;
    return !instance?.running || instance.generation !== generation;
  });
  const differ = live.filter((session) => boxes.get(session.id)?.instance.paused !== isHeld(session));
  const left = [...boxes.keys()].filter((id) => !live.some((session) => session.id === id));
  const homeless = [...homes.keys()].filter((id) => !sessions.some((session) => session.id === id));
  return [
    ...missing.map(({ id, status }) => `session ${short(id)} is ${status} without its instance`),
    ...differ.map(({ id, status }) => `session ${short(id)} is ${status}, its instance differs in its pause`),
    ...left.map((id) => `an instance of ${short(id)} is left`),
    ...homeless.map((id) => `what ${short(id)} owned is left`),
  ];
}

function deletedIsGone({ stage, sessions }: Findings): string[] {
  return sessions
    .filter(({ id }) => stage.ledger.deleted.has(id))
    .map(({ id }) => `session ${short(id)} is still there`);
}

function messagesOnce({ logs }: Findings): string[] {
  return [...logs].flatMap(([id, log]) => {
    const uuids = log.flatMap(({ type, data }) =>
      type.startsWith("agent.") ? String((data as { uuid?: unknown }).uuid) : [],
    );
    const twice = uuids.filter((uuid, index) => uuids.indexOf(uuid) !== index);
    return twice.map((uuid) => `message ${short(uuid)} is twice in the log of ${short(id)}`);
  });
}
