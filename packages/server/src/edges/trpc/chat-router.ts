import { MAX_PROMPT_BYTES, SessionConfig, SessionId, TurnId } from "@cc-docker/protocol";
import { z } from "zod";
import { anySignal, IdempotencyKey, procedure, router, WellFormed } from "./trpc.ts";

const Prompt = z.strictObject({
  sessionId: SessionId,
  prompt: WellFormed.describe(`What the agent is to do. At most ${MAX_PROMPT_BYTES} bytes of UTF-8.`),
  idempotencyKey: IdempotencyKey,
  timeoutSeconds: SessionConfig.shape.requestTimeout.describe(
    "Seconds of this turn alone, instead of its session's `requestTimeout`; then it is interrupted.",
  ),
});

/** Whose prompt it is, and which trace it comes from. */
function originOf({ owner, traceparent }: { owner: string; traceparent: string | undefined }) {
  return { owner, ...(traceparent !== undefined && { traceparent }) };
}

export const chatRouter = router({
  send: procedure.input(Prompt).mutation(({ ctx, input }) => ctx.core.turns.send({ ...originOf(ctx), ...input })),
  ask: procedure
    .input(Prompt)
    .mutation(({ ctx, input, signal }) =>
      ctx.core.turns.ask({ ...originOf(ctx), ...input }, anySignal(ctx.stopping, signal)),
    ),
  interrupt: procedure
    .input(
      z.strictObject({
        sessionId: SessionId,
        turnId: TurnId.optional().describe("Which turn to end; the running one when absent."),
      }),
    )
    .mutation(({ ctx, input: { sessionId, turnId } }) =>
      ctx.core.turns.interrupt({ owner: ctx.owner, sessionId, ...(turnId && { turnId }) }),
    ),
  get: procedure
    .input(z.strictObject({ sessionId: SessionId, turnId: TurnId }))
    .query(({ ctx, input }) => ctx.core.turns.get({ owner: ctx.owner, ...input })),
});
