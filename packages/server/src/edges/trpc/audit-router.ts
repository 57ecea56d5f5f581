import { SessionId } from "@cc-docker/protocol";
import { z } from "zod";
import { procedure, router } from "./trpc.ts";

const ListAudit = z.strictObject({
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().max(40).optional(),
  sessionId: SessionId.optional(),
  /** A call by its path: `sessions.stop`. */
  action: z.string().max(100).optional(),
  since: z.iso.datetime().optional(),
});

export const auditRouter = router({
  /** What was done, or refused, in the caller's name. */
  list: procedure
    .input(ListAudit.default({ limit: 50 }))
    .query(({ ctx, input: { cursor, sessionId, action, since, limit } }) =>
      ctx.core.audit.list({
        actor: ctx.owner,
        limit,
        ...(cursor !== undefined && { cursor }),
        ...(sessionId && { sessionId }),
        ...(action !== undefined && { action }),
        ...(since !== undefined && { since }),
      }),
    ),
});
