/**
 * One instance counts, the newest. What an earlier one had said and nobody stored comes with the next outbox, before the
 * next agent is ready; after that nothing of an earlier one is stored. None is taken for ready, or for dead, by what
 * another said or came to.
 */
import type { Event, SessionId } from "@cc-docker/protocol";
import { short } from "../plan/stage.test-helper.ts";
import type { Append } from "../world/note-appends.test-helper.ts";
import type { Milestone, Notes } from "../world/notes.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

type Told = { event: Event; append: Append | undefined; notes: Notes };

export function onlyNewestCounts({ stage: { world }, logs }: Findings): string[] {
  const { notes, appends } = world;
  return [...logs].flatMap(([id, log]) => {
    const told = log.map((event) => ({ event, append: appends.find(id, event.seq), notes }));
    const problems = told.flatMap((one, index) => [
      ...checkSpeaker(one),
      ...checkMilestone(id, one),
      ...checkNext(one, told.slice(index)),
    ]);
    return problems.map((problem) => `of ${short(id)} ${problem}`);
  });
}

function checkSpeaker({ event: { type, data, seq }, append, notes }: Told): string[] {
  const uuid = String((data as { uuid?: unknown }).uuid);
  const saidBy = type.startsWith("agent.") ? notes.saidBy.get(uuid) : undefined;
  const { generation = 0, status } = append ?? {};
  if (saidBy === undefined || saidBy >= generation || status === "starting") return [];
  return [`${type} ${seq} is instance ${saidBy}'s, stored when there was instance ${generation}`];
}

function checkMilestone(sessionId: SessionId, { event, append, notes }: Told): string[] {
  const what = event.type.startsWith("session.") ? milestoneOf(event) : undefined;
  const { generation = 0, at = 0 } = append ?? {};
  if (!what || notes.had({ sessionId, generation }, what, at)) return [];
  return [`${event.type} ${event.seq} takes instance ${generation} for one that is: ${what}`];
}

/** What core gives as its reason, where it says that it was told so. */
function milestoneOf({ data }: Event): Milestone | undefined {
  const { reason = "", error } = data as { reason?: string; error?: { message: string } };
  if (["ready", "resumed"].includes(reason)) return "ready";
  if (error?.message.startsWith("Claude Code ended unexpectedly")) return "agent gone";
  return error?.message.startsWith("The container of session") && error.message.includes(" ended: ")
    ? "ended"
    : undefined;
}

/** A session that is started again has another instance than before: so say all later changes of it. */
function checkNext({ event: { type, data, seq }, append }: Told, later: readonly Told[]): string[] {
  if (type !== "session.starting" || (data as { reason: string }).reason === "created") return [];
  const next = later.find((one) => one.append !== append)?.append;
  const [before = 0, after = before + 1] = [append?.generation, next?.generation];
  return after > before ? [] : [`is started again at ${seq}, as instance ${before} once more`];
}
