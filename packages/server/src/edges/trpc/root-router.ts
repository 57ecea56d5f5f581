import type { FastifyTRPCPluginOptions } from "@trpc/server/adapters/fastify";
import { approvalsRouter } from "./approvals-router.ts";
import { auditRouter } from "./audit-router.ts";
import { chatRouter } from "./chat-router.ts";
import { eventsRouter } from "./events-router.ts";
import { sessionsRouter } from "./sessions-router.ts";
import { systemRouter } from "./system-router.ts";
import { router } from "./trpc.ts";

/** Where the procedures are: over HTTP below it, each by its path, and over a WebSocket at it. */
export const TRPC_PREFIX = "/trpc";

export const rootRouter = router({
  sessions: sessionsRouter,
  chat: chatRouter,
  approvals: approvalsRouter,
  events: eventsRouter,
  audit: auditRouter,
  system: systemRouter,
});

export type AppRouter = typeof rootRouter;
/** Of tRPC's adapter. */
export type TrpcOptions = FastifyTRPCPluginOptions<AppRouter>["trpcOptions"];
