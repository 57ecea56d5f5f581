import { reportHealth } from "../ops/health.ts";
import { publicProcedure, router } from "./trpc.ts";

export const systemRouter = router({
  health: publicProcedure.query(({ ctx, signal }) => reportHealth(ctx.core, signal ?? ctx.stopping)),
});
