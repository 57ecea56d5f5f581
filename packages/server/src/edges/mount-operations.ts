/** What operators ask: is it alive, is it ready, how is it, what has it done. For anybody who reaches the port. */
import type { FastifyInstance } from "fastify";
import type { Core, CoreMeter } from "../core/core.ts";

type OperationsDeps = { core: Core; meter: CoreMeter; stopping: AbortSignal };

export function mountOperations(app: FastifyInstance, { core, meter, stopping }: OperationsDeps): void {
  app.get("/health", async (_request, reply) => {
    const report = await core.health(stopping);
    return reply.status(report.status === "healthy" ? 200 : 503).send(report);
  });

  /** It answers at all; if not, start it again. */
  app.get("/health/live", async () => ({ status: "alive" }));

  /** Prompts are accepted: they wait for an engine that is away, and not without a database. */
  app.get("/health/ready", async (_request, reply) => {
    const isReady = !stopping.aborted && (await core.isReady());
    return reply.status(isReady ? 200 : 503).send({ status: isReady ? "ready" : "not ready" });
  });

  app.get("/metrics", async (_request, reply) => {
    const { contentType, text } = await meter.render();
    return reply.header("content-type", contentType).send(text);
  });
}
