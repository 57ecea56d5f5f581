import { type Event, SessionId } from "@cc-docker/protocol";
import { tracked } from "@trpc/server";
import { z } from "zod";
import type { EventPages } from "../../core/core.ts";
import { onAbort } from "../../lib/on-abort.ts";
import { atExpiry } from "../authenticate.ts";
import { FollowInput } from "../follow.ts";
import { toTrpcError } from "./errors.ts";
import { anySignal, procedure, router } from "./trpc.ts";

export const eventsRouter = router({
  /**
   * Every event after `lastEventId` (a seq; all when absent), then those to come. Each message's id is its seq. Comes
   * here only what the event stream could not read and tRPC's adapter can.
   */
  follow: procedure.input(FollowInput).subscription(async ({ ctx, input, signal }) => {
    const { sessionId, lastEventId: after } = input;
    await ctx.core.sessions.get({ owner: ctx.owner, sessionId });
    const caller = await ctx.authenticate(ctx.authorization);
    const expired = new AbortController();
    const until = AbortSignal.any([anySignal(ctx.stopping, signal), expired.signal]);
    const release = ctx.callerLimits.takeSubscription(ctx.owner);
    const forget = atExpiry(caller, () => expired.abort());
    const leave = () => {
      forget();
      release();
    };
    onAbort(until, leave); // also of a stream that nobody began to read
    return toMessages(ctx.core.events.follow({ owner: ctx.owner, sessionId, after, signal: until }), leave);
  }),
  list: procedure
    .input(
      z.strictObject({
        sessionId: SessionId,
        after: z.int().nonnegative().default(0).describe("The page begins behind the event of this `seq`."),
        limit: z.int().min(1).max(1000).default(200).describe("So many events at most."),
      }),
    )
    .query(async ({ ctx, input }) => {
      const rows = await ctx.core.events.read({ owner: ctx.owner, ...input });
      return { events: rows.map(({ json }) => JSON.parse(json) as Event) };
    }),
});

/** What ends a stream that has begun does not pass the procedure's error handling any more. */
async function* toMessages(pages: EventPages, onEnd: () => void) {
  try {
    for await (const page of pages) {
      for (const { seq: id, json } of page) yield tracked(String(id), JSON.parse(json) as Event);
    }
  } catch (error) {
    throw toTrpcError(error);
  } finally {
    onEnd();
  }
}
