import { anySignal, procedure, publicProcedure, router } from "./trpc.ts";

export const systemRouter = router({
  /** What the caller has, has used today, and may. */
  limits: procedure.query(({ ctx }) => ctx.core.limits(ctx.owner)),
  health: publicProcedure.query(({ ctx, signal }) => ctx.core.health(anySignal(ctx.stopping, signal))),
});
