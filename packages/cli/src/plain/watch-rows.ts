/** The sessions of an owner as rows that keep their numbers, asked for again and again. */
import type { Client } from "@cc-docker/client";
import type { Session, SessionId } from "@cc-docker/protocol";
import { readTitles } from "../session/read-titles.ts";
import { createSessionList, type SessionList } from "../tui/state/session-list.ts";
import type { PlainRow } from "./plain-rows.ts";

export type PlainRows = {
  /** Newest first; empty before the first answer. */
  rows(): readonly PlainRow[];
};

export type WatchRows = {
  client: Client;
  signal: AbortSignal;
  /** Called in order, with all rows each time. `isAway`: the gateway does not answer, they are as they were. */
  onLook: (rows: readonly PlainRow[], isAway: boolean) => Promise<void>;
};

export function watchRows({ client, signal, onLook }: WatchRows): PlainRows {
  const numbers = new Map<SessionId, number>();
  const titles = new Map<SessionId, string>();
  let rows: readonly PlainRow[] = [];
  let turn = Promise.resolve();
  const list: SessionList = createSessionList({
    client,
    signal,
    onChange() {
      turn = turn.then(look);
    },
  });

  async function look(): Promise<void> {
    if (signal.aborted) return;
    const isAway = list.failure() !== undefined;
    const sessions = list.sessions();
    if (!isAway && sessions) rows = await toRows(sessions);
    if (!signal.aborted && (isAway || sessions)) await onLook(rows, isAway);
  }

  async function toRows(sessions: readonly Session[]): Promise<PlainRow[]> {
    const unknown = sessions.filter(({ id, name }) => name === undefined && !titles.get(id));
    for (const [id, title] of await readTitles(client, unknown, signal)) titles.set(id, title);
    for (const { id } of sessions.toReversed()) if (!numbers.has(id)) numbers.set(id, numbers.size + 1);
    return sessions.map((session) => ({
      number: numbers.get(session.id) ?? 0,
      session,
      title: session.name ?? titles.get(session.id) ?? "",
      isAsking: list.isAsking(session.id),
    }));
  }

  return { rows: () => rows };
}
