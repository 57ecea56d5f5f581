import { SessionId } from "@cc-docker/protocol";
import { z } from "zod";
import { Cursor, PageLimit } from "./pages.ts";
import { procedure, router } from "./trpc.ts";

const ListAudit = z.strictObject({
  limit: PageLimit,
  cursor: Cursor,
  sessionId: SessionId.optional().describe("Only what was done to it, or what made it."),
  action: z.string().max(100).optional().describe("Only this call, by its path: `sessions.stop`."),
  since: z.iso.datetime().optional().describe("Only what was done then or later."),
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
