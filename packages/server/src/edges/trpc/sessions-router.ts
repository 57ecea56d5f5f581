import {
  AllowedRules,
  HostPath,
  SessionConfig,
  SessionId,
  SessionName,
  SessionStatus,
  TurnId,
  Workspace,
} from "@cc-docker/protocol";
import { z } from "zod";
import { Cursor, PageLimit } from "./pages.ts";
import { IdempotencyKey, procedure, router } from "./trpc.ts";

const OneSession = z.strictObject({ sessionId: SessionId });
const CreateSession = z.strictObject({
  config: SessionConfig.default({}).describe("What the session is to be like; the operator's defaults where absent."),
  name: SessionName.optional(),
  workspace: Workspace.optional().describe("Where it works; in files of its own when absent."),
  idempotencyKey: IdempotencyKey.optional(),
});
const ForkSession = z.strictObject({
  sessionId: SessionId,
  turnId: TurnId.optional().describe("The conversation is taken up to the end of this turn; all of it when absent."),
  config: SessionConfig.default({}).describe("What is to be otherwise than with the parent."),
  name: SessionName.optional(),
  idempotencyKey: IdempotencyKey.optional(),
});
const UpdateSession = z
  .strictObject({
    sessionId: SessionId,
    name: SessionName.nullable().optional().describe("Its name from now on; `null` takes it away."),
    allowedRules: AllowedRules.optional().describe(
      "Which of its rules stay in force; the others are withdrawn, and what they covered is asked again.",
    ),
  })
  .refine(({ name, allowedRules }) => name !== undefined || allowedRules !== undefined, {
    error: "says nothing that is to change: give name or allowedRules",
  });
const ListSessions = z
  .strictObject({
    limit: PageLimit,
    cursor: Cursor,
    offset: z
      .int()
      .nonnegative()
      .optional()
      .describe("How many to leave out, for who pages by numbers; then the answer has the `total`."),
    status: SessionStatus.optional().describe("Only sessions of this status."),
    workspacePath: HostPath.optional().describe("Only sessions that work in this directory, by its real path."),
  })
  .refine(({ cursor, offset }) => cursor === undefined || offset === undefined, {
    path: ["offset"],
    error: "does not go with a cursor",
  });

export const sessionsRouter = router({
  create: procedure
    .input(CreateSession)
    .mutation(({ ctx, input }) => ctx.core.sessions.create({ owner: ctx.owner, ...input })),
  fork: procedure
    .input(ForkSession)
    .mutation(({ ctx, input }) => ctx.core.sessions.fork({ owner: ctx.owner, ...input })),
  get: procedure.input(OneSession).query(({ ctx, input }) => ctx.core.sessions.get({ owner: ctx.owner, ...input })),
  stats: procedure.input(OneSession).query(({ ctx, input }) => ctx.core.sessions.stats({ owner: ctx.owner, ...input })),
  list: procedure.input(ListSessions).query(({ ctx, input: { cursor, offset, status, workspacePath, limit } }) =>
    ctx.core.sessions.list({
      owner: ctx.owner,
      limit,
      ...(cursor !== undefined && { cursor }),
      ...(offset !== undefined && { offset }),
      ...(status && { status }),
      ...(workspacePath !== undefined && { workspacePath }),
    }),
  ),
  update: procedure
    .input(UpdateSession)
    .mutation(({ ctx, input }) => ctx.core.sessions.update({ owner: ctx.owner, ...input })),
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
