import { anySignal, publicProcedure, router } from "./trpc.ts";

export const systemRouter = router({
  health: publicProcedure.query(({ ctx, signal }) => ctx.core.health(anySignal(ctx.stopping, signal))),
});
