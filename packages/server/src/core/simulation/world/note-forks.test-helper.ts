/** Notes of each fork, when its row was written, what there was of its parent's conversation and what may not go with it. */
import { Event, type SessionId, type TranscriptEntry, type TurnId } from "@cc-docker/protocol";
import type { StoreReader, StoreWriter } from "../../../ports/store/store.ts";

export type Parentage = {
  /** The parent's conversation, as one that goes on is given it. */
  conversation: TranscriptEntry[];
  /** The parent's turns, in the order of their acceptance, that come after the one it is a fork at; their prompts. */
  later: { id: TurnId; prompt: string }[];
};

export type Forks = { find(fork: SessionId): Parentage | undefined; noting(tx: StoreWriter): StoreWriter };

const EVERYTHING = { after: 0, limit: 1_000_000, maxBytes: 1e9 };

export function createForks(): Forks {
  const forks = new Map<SessionId, Parentage>();
  return {
    find: (fork) => forks.get(fork),
    noting: (tx) => ({
      ...tx,
      insertSession: async (row) => {
        if (row.forkedFrom) forks.set(row.id, await readParent(tx, row.forkedFrom));
        return tx.insertSession(row);
      },
    }),
  };
}

type ForkedFrom = { sessionId: SessionId; turnId?: TurnId };

async function readParent(store: StoreReader, { sessionId, turnId }: ForkedFrom): Promise<Parentage> {
  const events = (await store.readEvents(sessionId, EVERYTHING)).map(({ json }) => Event.parse(JSON.parse(json)));
  const turns = events.flatMap(({ type, turnId: id, data }) =>
    type === "turn.queued" && id ? [{ id, prompt: (data as { prompt: string }).prompt }] : [],
  );
  const later = turns.slice(turns.findIndex(({ id }) => id === turnId) + 1);
  return { conversation: await readConversation(store, sessionId), later };
}

async function readConversation(store: StoreReader, sessionId: SessionId): Promise<TranscriptEntry[]> {
  const entries: TranscriptEntry[] = [];
  for (let after = 0; ; ) {
    const page = await store.readTranscript(sessionId, { after, maxBytes: 1e9 });
    const last = page.at(-1);
    if (!last) return entries;
    after = last.position;
    entries.push(...page.map(({ json }) => JSON.parse(json) as TranscriptEntry));
  }
}
