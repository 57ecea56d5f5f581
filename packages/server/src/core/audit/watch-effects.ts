/** What a work does to the store, as far as the audit log wants to know: whether it changes anything, and what of. */
import type { SessionId } from "@cc-docker/protocol";
import type { SessionRow, StoreWriter } from "../../ports/store/store.ts";

/** `sessionId`: what it is done to; `targetId`: which turn or approval of it, or the fork that was made. */
export type Ids = { sessionId?: SessionId | undefined; targetId?: string | undefined };

/** Adds to `ids` what the call does not name: what it makes, or has made under the same key before. */
export function watchEffects(tx: StoreWriter, ids: Ids): { tx: StoreWriter; seen(): boolean } {
  let changed = false;
  const found = new Map<SessionId, SessionRow>();

  function learnSession(id: SessionId): void {
    if (ids.sessionId === undefined) ids.sessionId = id;
    else if (id !== ids.sessionId) ids.targetId = id;
  }

  const watched: StoreWriter = {
    ...tx,
    async insertSession(row) {
      await tx.insertSession(row);
      learnSession(row.id);
      changed = true;
    },
    async findSession(id) {
      const row = await tx.findSession(id);
      if (row) found.set(id, row);
      return row;
    },
    async updateSession(id, patch) {
      await tx.updateSession(id, patch);
      changed ||= isAnother(found.get(id), patch);
    },
    async updateTurn(id, patch) {
      await tx.updateTurn(id, patch);
      changed = true;
    },
    async updateApproval(id, patch) {
      await tx.updateApproval(id, patch);
      changed = true;
    },
    async insertTurn(row) {
      await tx.insertTurn(row);
      ids.targetId = row.id;
    },
    async findSessionKey(owner, key) {
      const found = await tx.findSessionKey(owner, key);
      if (found) learnSession(found.sessionId);
      return found;
    },
    async findTurnByKey(sessionId, key) {
      const found = await tx.findTurnByKey(sessionId, key);
      if (found) ids.targetId = found.id;
      return found;
    },
    async findApproval(id) {
      const found = await tx.findApproval(id);
      if (found) ids.sessionId ??= found.sessionId;
      return found;
    },
  };
  return { tx: watched, seen: () => changed };
}

/** A change that comes to nothing leaves its time only. Without what was there before it is taken for one. */
function isAnother(before: SessionRow | undefined, patch: Partial<SessionRow>): boolean {
  if (!before) return true;
  const names = Object.keys(patch) as (keyof SessionRow)[];
  return names.some((name) => name !== "updatedAt" && patch[name] !== before[name]);
}
