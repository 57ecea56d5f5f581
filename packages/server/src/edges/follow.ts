/** Following a session's log for edges that send it as it is stored: an event is encoded once, however many follow. */
import { type Session, SessionId } from "@cc-docker/protocol";
import { z } from "zod";
import type { Core, EventPage, Take, TextForm } from "../core/core.ts";
import { type JoinedSignals, joinSignals } from "../lib/join-signals.ts";
import { type Authenticate, untilExpiry } from "./authenticate.ts";
import type { CallerLimits } from "./caller-limits.ts";

export const FollowInput = z.strictObject({
  sessionId: SessionId,
  lastEventId: z.coerce
    .number()
    .pipe(z.int().nonnegative())
    .default(0)
    .describe("What comes after the event of this `seq` is sent; all when absent."),
});

export type FollowDeps = {
  core: Core;
  authenticate: Authenticate;
  callerLimits: CallerLimits;
  /** Aborted when the gateway stops. */
  stopping: AbortSignal;
};
export type FollowRequest = { authorization: string | undefined; input: unknown };
export type Followed = {
  session: Session;
  /**
   * Gives what comes after the cursor, until the reader has gone, its token expires or the gateway stops.
   * @param from another cursor than the request's
   * @throws CcError SESSION_NOT_FOUND when the session is deleted; what `take` throws
   */
  deliver(gone: AbortSignal, take: Take<EventPage>, from?: number): Promise<void>;
  /** The same as it is to be sent, where an event's form is no more than text around it. */
  deliverText(gone: AbortSignal, form: TextForm, take: Take<Buffer>): Promise<void>;
  /** To be called at the end. */
  leave(): void;
};

/**
 * Takes a request and a stream from what the caller may have.
 * @throws CcError TOKEN_…, REQUEST_LIMIT_REACHED, SESSION_NOT_FOUND, SUBSCRIPTION_LIMIT_REACHED; ZodError
 */
export async function openFollow(
  { core, authenticate, callerLimits, stopping }: FollowDeps,
  { authorization, input }: FollowRequest,
): Promise<Followed> {
  const caller = await authenticate(authorization);
  const { owner } = caller;
  callerLimits.takeRequest(owner);
  const { sessionId, lastEventId: after } = FollowInput.parse(input);
  const session = await core.sessions.get({ owner, sessionId });
  const release = callerLimits.takeSubscription(owner);
  const expired = untilExpiry(caller);
  let over: JoinedSignals | undefined;
  const range = (gone: AbortSignal) => {
    over = joinSignals([gone, stopping, expired]);
    return { owner, sessionId, after, signal: over.signal };
  };
  return {
    session,
    deliver: (gone, take, from = after) => core.events.deliver({ ...range(gone), after: from }, take),
    deliverText: (gone, form, take) => core.events.deliverText(range(gone), form, take),
    leave() {
      over?.abort();
      release();
    },
  };
}
