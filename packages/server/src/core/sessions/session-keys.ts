/** Under one key an owner gets one session, however often it is asked for. The key outlives the session. */
import { CcError, type SessionId } from "@cc-docker/protocol";
import type { SessionKeyRow, StoreWriter } from "../../ports/store/store.ts";

/**
 * @returns the session that the key made earlier; `undefined` when the key is new, and stands for `sessionId` from now on
 * @throws CcError IDEMPOTENCY_KEY_REUSED when something else was asked for under it
 */
export async function claimKey(tx: StoreWriter, claim: SessionKeyRow): Promise<SessionId | undefined> {
  const earlier = await tx.findSessionKey(claim.owner, claim.key);
  if (!earlier) {
    await tx.insertSessionKey(claim);
    return undefined;
  }
  if (earlier.request === claim.request) return earlier.sessionId;
  const message = `The idempotency key "${claim.key}" belongs to session ${earlier.sessionId}, which was asked for otherwise.`;
  throw new CcError("IDEMPOTENCY_KEY_REUSED", message);
}
