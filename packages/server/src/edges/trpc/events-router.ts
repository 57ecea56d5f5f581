import { type Event, SessionId } from "@cc-docker/protocol";
import { tracked } from "@trpc/server";
import { z } from "zod";
import { anySignal } from "./chat-router.ts";
import { procedure, router } from "./trpc.ts";

const seq = z.int().nonnegative();

export const eventsRouter = router({
  /** Every event after `lastEventId` (a seq; all when absent), then those to come. The id of each message is its seq. */
  follow: procedure
    .input(z.strictObject({ sessionId: SessionId, lastEventId: z.coerce.number().pipe(seq).default(0) }))
    .subscription(async function* ({ ctx, input, signal }) {
      const pages = ctx.core.events.follow({
        owner: ctx.owner,
        sessionId: input.sessionId,
        after: input.lastEventId,
        signal: anySignal(ctx.stopping, signal),
      });
      for await (const page of pages) {
        for (const { seq: id, json } of page) yield tracked(String(id), JSON.parse(json) as Event);
      }
    }),
  list: procedure
    .input(
      z.strictObject({ sessionId: SessionId, after: seq.default(0), limit: z.int().min(1).max(1000).default(200) }),
    )
    .query(async ({ ctx, input }) => {
      const rows = await ctx.core.events.read({ owner: ctx.owner, ...input });
      return { events: rows.map(({ json }) => JSON.parse(json) as Event) };
    }),
});
