import { SessionId, TurnId } from "@cc-docker/protocol";
import { z } from "zod";
import { anySignal, procedure, router } from "./trpc.ts";

const wellFormed = z.string().refine((text) => text.isWellFormed(), "has half a surrogate pair");

const Prompt = z.strictObject({
  sessionId: SessionId,
  prompt: wellFormed,
  /** The same key always means the same turn; clients make one for each prompt and keep it when they try again. */
  idempotencyKey: wellFormed.min(1).max(200),
});

export const chatRouter = router({
  send: procedure.input(Prompt).mutation(({ ctx, input }) => ctx.core.turns.send({ owner: ctx.owner, ...input })),
  ask: procedure
    .input(Prompt)
    .mutation(({ ctx, input, signal }) =>
      ctx.core.turns.ask({ owner: ctx.owner, ...input }, anySignal(ctx.stopping, signal)),
    ),
  interrupt: procedure
    .input(z.strictObject({ sessionId: SessionId, turnId: TurnId.optional() }))
    .mutation(({ ctx, input: { sessionId, turnId } }) =>
      ctx.core.turns.interrupt({ owner: ctx.owner, sessionId, ...(turnId && { turnId }) }),
    ),
  get: procedure
    .input(z.strictObject({ sessionId: SessionId, turnId: TurnId }))
    .query(({ ctx, input }) => ctx.core.turns.get({ owner: ctx.owner, ...input })),
});
