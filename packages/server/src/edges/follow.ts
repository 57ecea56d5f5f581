/** Following a session's log for edges that send it as it is stored: an event is encoded once, however many follow. */
import { SessionId } from "@cc-docker/protocol";
import { z } from "zod";
import type { Core, EventPage, Take, TextForm } from "../core/core.ts";
import { onAbort } from "../lib/on-abort.ts";
import { type Authenticate, atExpiry } from "./authenticate.ts";
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
export type FollowRequest = {
  authorization: string | undefined;
  input: unknown;
  /**
   * Of the stream's end, whoever brings it about: aborted by the asker when the reader has gone and when all is sent,
   * and from here when the token expires or the gateway stops.
   */
  over: AbortController;
};
export type Followed = {
  sessionId: SessionId;
  /** The newest event's seq. */
  lastSeq: number;
  /**
   * Gives what comes after the cursor, until it is over.
   * @param from another cursor than the request's
   * @throws CcError SESSION_NOT_FOUND when the session is deleted; what `take` throws
   */
  deliver(take: Take<EventPage>, from?: number): Promise<void>;
  /** The same as it is to be sent, where an event's form is no more than text around it. */
  deliverText(form: TextForm, take: Take<Buffer>): Promise<void>;
};

/**
 * Takes a request and, until it is over, a stream from what the caller may have.
 * @throws CcError TOKEN_…, REQUEST_LIMIT_REACHED, SESSION_NOT_FOUND, SUBSCRIPTION_LIMIT_REACHED; ZodError
 */
export async function openFollow(
  { core, authenticate, callerLimits, stopping }: FollowDeps,
  { authorization, input, over }: FollowRequest,
): Promise<Followed> {
  const caller = await authenticate(authorization);
  const { owner } = caller;
  callerLimits.takeRequest(owner);
  const { sessionId, lastEventId: after } = FollowInput.parse(input);
  const { lastSeq } = await core.sessions.get({ owner, sessionId });
  const release = callerLimits.takeSubscription(owner);
  const end = () => over.abort();
  const undo = [release, onAbort(stopping, end), atExpiry(caller, end)];
  const leave = () => {
    for (const one of undo) one();
  };
  if (over.signal.aborted) leave();
  else over.signal.addEventListener("abort", leave);
  const range = { owner, sessionId, after, signal: over.signal };
  return {
    sessionId,
    lastSeq,
    deliver: (take, from = after) => core.events.deliver({ ...range, after: from }, take),
    deliverText: (form, take) => core.events.deliverText(range, form, take),
  };
}
