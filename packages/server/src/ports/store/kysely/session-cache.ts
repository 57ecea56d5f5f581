/**
 * Rows of sessions that were read lately, for a database that nobody else writes to: nearly every call begins with one,
 * and to read it takes longer than the rest of a short call. A row is forgotten when a transaction touches it, and not
 * kept again before that transaction has ended, so that what is found here is what the database would say.
 */
import type { SessionId } from "@cc-docker/protocol";
import type { SessionRow, StoreReader, StoreWriter } from "../store.ts";

type FindSession = StoreReader["findSession"];
type Touching = Pick<StoreWriter, "insertSession" | "updateSession" | "deleteSession">;

export type SessionCache = {
  /** The same, from memory where it is known. Its rows are shared and frozen. */
  remember(find: FindSession): FindSession;
  /** The same queries of a transaction; rows that they write are forgotten. */
  watch<Tx extends Touching>(tx: Tx): Tx;
  /** The transaction has ended, one way or the other. */
  settle(): void;
};

const MAX_ROWS = 500;
/** In characters of JSON. Beyond it a row's configuration is worth more memory than its reading takes time. */
const MAX_CONFIG = 10_000;

export function createSessionCache(): SessionCache {
  const rows = new Map<SessionId, SessionRow>();
  const touched = new Set<SessionId>();
  let touches = 0;

  function touch(id: SessionId): void {
    touches += 1;
    touched.add(id);
    rows.delete(id);
  }

  function keep(row: SessionRow): void {
    if (touched.has(row.id) || JSON.stringify(row.config).length > MAX_CONFIG) return;
    if (rows.size >= MAX_ROWS) rows.clear();
    rows.set(row.id, deepFreeze(row));
  }

  return {
    remember: (find) => async (id) => {
      const known = rows.get(id);
      if (known) return known;
      const before = touches;
      const row = await find(id);
      if (row && touches === before) keep(row);
      return row;
    },
    watch: (tx) => ({
      ...tx,
      async insertSession(row) {
        touch(row.id);
        await tx.insertSession(row);
      },
      async updateSession(id, patch) {
        touch(id);
        await tx.updateSession(id, patch);
      },
      async deleteSession(id) {
        touch(id);
        await tx.deleteSession(id);
      },
    }),
    settle() {
      touches += 1; // what was read during the transaction is from before it
      touched.clear();
    },
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const held of Object.values(value)) if (typeof held === "object" && held !== null) deepFreeze(held as object);
  return Object.freeze(value);
}
