import { SessionConfig, SessionId, TurnId } from "@cc-docker/protocol";
import { z } from "zod";
import { anySignal, IdempotencyKey, procedure, router, WellFormed } from "./trpc.ts";

const Prompt = z.strictObject({
  sessionId: SessionId,
  prompt: WellFormed,
  idempotencyKey: IdempotencyKey,
  /** Of this turn alone, instead of its session's `requestTimeout`. */
  timeoutSeconds: SessionConfig.shape.requestTimeout,
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
