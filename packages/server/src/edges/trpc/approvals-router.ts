import { ApprovalAnswer, ApprovalId, ApprovalState, SessionId } from "@cc-docker/protocol";
import { z } from "zod";
import { Cursor, PageLimit } from "./pages.ts";
import { procedure, router } from "./trpc.ts";

const OneApproval = z.strictObject({ approvalId: ApprovalId });
const ListApprovals = z.strictObject({
  limit: PageLimit,
  cursor: Cursor,
  sessionId: SessionId.optional().describe("Only of this session."),
  state: ApprovalState.optional().describe("`open` is what waits for an answer; all that was ever asked when absent."),
});
const AnswerApproval = z
  .strictObject({ approvalId: ApprovalId, ...ApprovalAnswer.shape })
  .refine(({ decision, updatedInput }) => decision === "allow" || updatedInput === undefined, {
    path: ["updatedInput"],
    error: "goes with allow only",
  })
  .refine(({ decision, rule }) => decision === "allow" || rule === undefined, {
    path: ["rule"],
    error: "goes with allow only",
  });

/** What is asked and answered meanwhile is in the session's events: `approval.*`. */
export const approvalsRouter = router({
  list: procedure
    .input(ListApprovals.default({ limit: 50 }))
    .query(({ ctx, input: { cursor, sessionId, state, limit } }) =>
      ctx.core.approvals.list({
        owner: ctx.owner,
        limit,
        ...(cursor !== undefined && { cursor }),
        ...(sessionId && { sessionId }),
        ...(state && { state }),
      }),
    ),
  get: procedure.input(OneApproval).query(({ ctx, input }) => ctx.core.approvals.get({ owner: ctx.owner, ...input })),
  answer: procedure
    .input(AnswerApproval)
    .mutation(({ ctx, input: { approvalId, ...answer } }) =>
      ctx.core.approvals.answer({ owner: ctx.owner, approvalId, answer }),
    ),
});
