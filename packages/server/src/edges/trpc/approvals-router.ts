import { ApprovalAnswer, ApprovalId, ApprovalState, SessionId } from "@cc-docker/protocol";
import { z } from "zod";
import { procedure, router } from "./trpc.ts";

const OneApproval = z.strictObject({ approvalId: ApprovalId });
const ListApprovals = z.strictObject({
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().max(40).optional(),
  sessionId: SessionId.optional(),
  /** `open` by itself is what waits for an answer; without it everything that was ever asked. */
  state: ApprovalState.optional(),
});
const AnswerApproval = z
  .strictObject({ approvalId: ApprovalId, ...ApprovalAnswer.shape })
  .refine(({ decision, updatedInput }) => decision === "allow" || updatedInput === undefined, {
    path: ["updatedInput"],
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
