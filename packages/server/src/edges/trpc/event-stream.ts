/**
 * `events.follow` over SSE, in tRPC's own wire format but without its serializer: an event is encoded when it is
 * stored, and every subscriber is sent those bytes. What is wrong with a request is left to tRPC to say.
 */
import type { ServerResponse } from "node:http";
import { isCcError, toErrorShape } from "@cc-docker/protocol";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ZodError } from "zod";
import { createTextForm } from "../../core/core.ts";
import { openSse } from "../../lib/sse.ts";
import { callerOf } from "../authenticate.ts";
import { type Followed, openFollow } from "../follow.ts";
import { takeResponse } from "../request-ids.ts";
import { TRPC_PREFIX, type TrpcOptions } from "./root-router.ts";
import { RECONNECT_AFTER_MS, type SharedContext } from "./trpc.ts";

export type EventStreamDeps = SharedContext & { trpcOptions: TrpcOptions };

type Refused = { refusal: unknown };

const PATH = "events.follow";
const FORM = createTextForm({ before: "data: ", between: "\nid: ", behind: "\n\n" });

export function mountEventStream(app: FastifyInstance, { trpcOptions, ...context }: EventStreamDeps): void {
  /** What it was refused for has taken a request of its owner's: that is not taken once more. */
  const sayAgain = ({ refusal }: Refused): TrpcOptions => {
    const takeRequest = (owner: string) => {
      if (refusal instanceof SyntaxError) context.callerLimits.takeRequest(owner); // nobody was asked for
      if (isCcError(refusal) && refusal.code === "REQUEST_LIMIT_REACHED") throw refusal;
    };
    const callerLimits = { ...context.callerLimits, takeRequest };
    return { ...trpcOptions, createContext: ({ req }) => ({ ...context, ...callerOf(req.headers), callerLimits }) };
  };
  /** Its head alone is the adapter's to answer: there would be no end to wait for. */
  app.get(`${TRPC_PREFIX}/${PATH}`, { exposeHeadRoute: false }, async (request, reply) => {
    const over = new AbortController();
    const accepted = await accept(request, context, over).catch(orRefusal);
    if ("refusal" in accepted)
      return fastifyRequestHandler({ ...sayAgain(accepted), req: request, res: reply, path: PATH });
    void stream(takeResponse(reply), accepted, over); // and nothing of the request is kept meanwhile
  });
}

/** A defect is not to be taken for a refusal. */
function orRefusal(error: unknown): Refused {
  if (isCcError(error) || error instanceof ZodError || error instanceof SyntaxError) return { refusal: error };
  throw error;
}

async function accept({ headers, query }: FastifyRequest, context: SharedContext, over: AbortController) {
  const { input, lastEventId } = query as { input?: string; lastEventId?: string };
  const resumed = headers["last-event-id"] ?? lastEventId;
  return openFollow(context, {
    authorization: headers.authorization,
    input: { ...JSON.parse(input ?? "{}"), ...(resumed !== undefined && { lastEventId: resumed }) },
    over,
  });
}

async function stream(response: ServerResponse, { deliverText }: Followed, over: AbortController): Promise<void> {
  const first = `event: connected\ndata: ${JSON.stringify({ reconnectAfterInactivityMs: RECONNECT_AFTER_MS })}\n\n`;
  const sse = openSse(response, { first, ping: "event: ping\ndata: \n\n", over });
  try {
    await deliverText(FORM, sse.write);
    sse.end();
  } catch (error) {
    sse.end(`event: serialized-error\ndata: ${JSON.stringify(describeEnd(error))}\n\n`);
  } finally {
    over.abort();
  }
}

/** The part of tRPC's error shape that clients read. */
function describeEnd(error: unknown) {
  const cc = toErrorShape(error);
  return { message: cc.message, code: -32603, data: { code: "INTERNAL_SERVER_ERROR", path: PATH, cc } };
}
