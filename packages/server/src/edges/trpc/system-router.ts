import { publicProcedure, router } from "./trpc.ts";

export const systemRouter = router({
  health: publicProcedure.query(({ ctx, signal }) => ctx.core.health(signal ?? ctx.stopping)),
});
