/**
 * One instance counts, the newest. What an earlier one had said and nobody stored comes with the next outbox, before the
 * next agent is ready; after that nothing of an earlier one is stored, and none is taken for dead by its end.
 */
import type { Event, SessionId } from "@cc-docker/protocol";
import { short } from "../plan/stage.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

/** How core words the end of an agent that its wrapper has told of. */
const EXIT_TOLD = "Claude Code ended unexpectedly";

export function onlyNewestCounts({ stage: { world }, logs }: Findings): string[] {
  return [...logs].flatMap(([id, log]) =>
    log.flatMap((event) => [...isOfEarlier(id, event), ...isFalseEnd(id, event)]),
  );

  function isOfEarlier(id: SessionId, { type, data, seq }: Event): string[] {
    const saidBy = type.startsWith("agent.")
      ? world.notes.saidBy.get(String((data as { uuid?: unknown }).uuid))
      : undefined;
    const { generation = 0, status } = world.appends.find(id, seq) ?? {};
    if (saidBy === undefined || saidBy >= generation || status === "starting") return [];
    return [`${type} ${seq} of ${short(id)} is instance ${saidBy}'s, stored when there was instance ${generation}`];
  }

  function isFalseEnd(sessionId: SessionId, { type, data, seq }: Event): string[] {
    const { error } = data as { error?: { message: string } };
    if (!type.startsWith("session.") || !error?.message.startsWith(EXIT_TOLD)) return [];
    const { generation = 0 } = world.appends.find(sessionId, seq) ?? {};
    if (world.notes.hasExited({ sessionId, generation })) return [];
    return [`instance ${generation} of ${short(sessionId)} was taken for dead at ${seq}, and its agent had not ended`];
  }
}
