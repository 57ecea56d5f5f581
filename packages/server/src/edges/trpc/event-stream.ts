/**
 * `events.follow` over SSE, in tRPC's own wire format but without its serializer: an event is encoded when it is
 * stored, and every subscriber is sent those bytes. What is wrong with a request is left to tRPC to say.
 */
import type { ServerResponse } from "node:http";
import { isCcError, toErrorShape } from "@cc-docker/protocol";
import { type FastifyTRPCPluginOptions, fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ZodError } from "zod";
import type { EventRow } from "../../core/core.ts";
import { openSse } from "../../lib/sse.ts";
import { untilExpiry } from "../authenticate.ts";
import { FollowInput } from "./events-router.ts";
import type { AppRouter } from "./root-router.ts";
import { RECONNECT_AFTER_MS, type SharedContext } from "./trpc.ts";

type TrpcOptions = FastifyTRPCPluginOptions<AppRouter>["trpcOptions"];
export type EventStreamDeps = SharedContext & { trpcOptions: TrpcOptions };

const PATH = "events.follow";

export function mountEventStream(app: FastifyInstance, { trpcOptions, ...context }: EventStreamDeps): void {
  app.get(`/trpc/${PATH}`, async (request, reply) => {
    const accepted = await accept(request, context).catch(orRefusal);
    if (!accepted) return fastifyRequestHandler({ ...trpcOptions, req: request, res: reply, path: PATH });
    reply.hijack();
    await stream(reply.raw, accepted.follow).finally(accepted.leave);
  });
}

/** A defect is not to be taken for a refusal. */
function orRefusal(error: unknown): undefined {
  if (isCcError(error) || error instanceof ZodError || error instanceof SyntaxError) return undefined;
  throw error;
}

/** @returns `follow` opens the pages for as long as the signal it is given lets it; `leave` is to be called at the end */
async function accept(
  { headers, query }: FastifyRequest,
  { core, authenticate, callerLimits, stopping }: SharedContext,
) {
  const caller = await authenticate(headers.authorization);
  const { owner } = caller;
  callerLimits.takeRequest(owner);
  const { input, lastEventId } = query as { input?: string; lastEventId?: string };
  const resumed = headers["last-event-id"] ?? lastEventId;
  const parsed = FollowInput.parse({
    ...JSON.parse(input ?? "{}"),
    ...(resumed !== undefined && { lastEventId: resumed }),
  });
  const { sessionId, lastEventId: after } = parsed;
  await core.sessions.get({ owner, sessionId });
  const expired = untilExpiry(caller);
  const leave = callerLimits.takeSubscription(owner);
  const follow = (gone: AbortSignal) =>
    core.events.follow({
      owner,
      sessionId,
      after,
      signal: AbortSignal.any([gone, stopping, expired]),
    });
  return { follow, leave };
}

async function stream(
  response: ServerResponse,
  follow: (gone: AbortSignal) => AsyncIterable<EventRow[]>,
): Promise<void> {
  const first = `event: connected\ndata: ${JSON.stringify({ reconnectAfterInactivityMs: RECONNECT_AFTER_MS })}\n\n`;
  const sse = openSse(response, { first, ping: "event: ping\ndata: \n\n" });
  try {
    for await (const page of follow(sse.gone)) await sse.write(encode(page));
    sse.end();
  } catch (error) {
    sse.end(`event: serialized-error\ndata: ${JSON.stringify(describeEnd(error))}\n\n`);
  }
}

function encode(page: readonly EventRow[]): string {
  return page.map(({ seq, json }) => `data: ${json}\nid: ${seq}\n\n`).join("");
}

/** The part of tRPC's error shape that clients read. */
function describeEnd(error: unknown) {
  const cc = toErrorShape(error);
  return { message: cc.message, code: -32603, data: { code: "INTERNAL_SERVER_ERROR", path: PATH, cc } };
}
