import { SessionConfig, SessionId, SessionStatus, TurnId } from "@cc-docker/protocol";
import { z } from "zod";
import { IdempotencyKey, procedure, router } from "./trpc.ts";

const OneSession = z.strictObject({ sessionId: SessionId });
const ForkSession = z.strictObject({
  sessionId: SessionId,
  turnId: TurnId.optional(),
  config: SessionConfig.default({}),
  idempotencyKey: IdempotencyKey.optional(),
});
const ListSessions = z
  .strictObject({
    limit: z.int().min(1).max(200).default(50),
    cursor: z.string().max(40).optional(),
    /** How many to leave out, for who pages by numbers; then the answer has the `total`. */
    offset: z.int().nonnegative().optional(),
    status: SessionStatus.optional(),
  })
  .refine(({ cursor, offset }) => cursor === undefined || offset === undefined, {
    path: ["offset"],
    error: "does not go with a cursor",
  });

export const sessionsRouter = router({
  create: procedure
    .input(z.strictObject({ config: SessionConfig.default({}), idempotencyKey: IdempotencyKey.optional() }))
    .mutation(({ ctx, input }) => ctx.core.sessions.create({ owner: ctx.owner, ...input })),
  fork: procedure
    .input(ForkSession)
    .mutation(({ ctx, input }) => ctx.core.sessions.fork({ owner: ctx.owner, ...input })),
  get: procedure.input(OneSession).query(({ ctx, input }) => ctx.core.sessions.get({ owner: ctx.owner, ...input })),
  stats: procedure.input(OneSession).query(({ ctx, input }) => ctx.core.sessions.stats({ owner: ctx.owner, ...input })),
  list: procedure.input(ListSessions).query(({ ctx, input: { cursor, offset, status, limit } }) =>
    ctx.core.sessions.list({
      owner: ctx.owner,
      limit,
      ...(cursor !== undefined && { cursor }),
      ...(offset !== undefined && { offset }),
      ...(status && { status }),
    }),
  ),
  pause: procedure
    .input(OneSession)
    .mutation(({ ctx, input }) => ctx.core.sessions.pause({ owner: ctx.owner, ...input })),
  resume: procedure
    .input(OneSession)
    .mutation(({ ctx, input }) => ctx.core.sessions.resume({ owner: ctx.owner, ...input })),
  stop: procedure
    .input(OneSession)
    .mutation(({ ctx, input }) => ctx.core.sessions.stop({ owner: ctx.owner, ...input })),
  delete: procedure
    .input(OneSession)
    .mutation(({ ctx, input }) => ctx.core.sessions.delete({ owner: ctx.owner, ...input })),
});
