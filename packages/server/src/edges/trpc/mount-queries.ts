/**
 * Queries that are asked for alone, as nearly all are: in tRPC's own wire format, without its adapter, which makes a web
 * request, a web response and a stream of each and so takes several times what the query does.
 */
import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from "@trpc/server";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isRecord, JSON_TYPE } from "../../lib/json.ts";
import { callerOf } from "../authenticate.ts";
import { metaOf, type TrpcRefusal } from "./errors.ts";
import { kindOf } from "./procedures.ts";
import { rootRouter, TRPC_PREFIX, type TrpcOptions } from "./root-router.ts";
import type { SharedContext } from "./trpc.ts";

export type QueriesDeps = {
  shared: SharedContext;
  trpcOptions: TrpcOptions;
  /** Told of what a caller was refused. */
  onError(refused: TrpcRefusal, request: FastifyRequest): void;
};
type Asked = { path: string; request: FastifyRequest; reply: FastifyReply };
/** As tRPC reads them; what is there twice comes as an array. */
type Query = { batch?: unknown; input?: unknown };

export function mountQueries(app: FastifyInstance, deps: QueriesDeps): void {
  const paths = Object.keys(rootRouter._def.procedures).filter((path) => kindOf(path) === "query");
  for (const path of paths)
    app.get(`${TRPC_PREFIX}/${path}`, { exposeHeadRoute: false }, async (request, reply) => {
      if (isPlain(request)) return answer({ path, request, reply }, deps);
      return fastifyRequestHandler({ ...deps.trpcOptions, req: request, res: reply, path });
    });
}

function isPlain({ headers, query }: FastifyRequest): boolean {
  const { batch = "", input = "" } = query as Query;
  return headers["trpc-accept"] === undefined && typeof batch === "string" && typeof input === "string";
}

async function answer({ path, request, reply }: Asked, { shared, onError }: QueriesDeps): Promise<FastifyReply> {
  const { batch, input } = request.query as Query;
  const isBatch = batch === "1";
  let read: Promise<unknown> | undefined;
  const getRawInput = () => (read ??= readInput(input, isBatch));
  const ctx = { ...shared, ...callerOf(request.headers) };
  const call = { router: rootRouter, path, type: "query", ctx, getRawInput, signal: undefined, batchIndex: 0 } as const;
  const said = await callTRPCProcedure(call).then(
    (data: unknown) => ({ result: { data } }),
    async (thrown: unknown) => {
      const refused = {
        error: getTRPCErrorFromUnknown(thrown),
        path,
        input: await getRawInput().catch(() => undefined),
      };
      onError(refused, request);
      const { status = getHTTPStatusCodeFromError(refused.error), headers = {} } = metaOf([path], [refused.error]);
      reply.status(status).headers(headers);
      return { error: getTRPCErrorShape({ config: rootRouter._def._config, type: "query", ctx, ...refused }) };
    },
  );
  return reply.type(JSON_TYPE).send(JSON.stringify(isBatch ? [said] : said));
}

/** Of a batch of one its first. @throws TRPCError */
async function readInput(text: unknown, isBatch: boolean): Promise<unknown> {
  if (text === undefined) return undefined;
  const input = parse(String(text));
  if (!isBatch) return input;
  if (isRecord(input)) return input["0"];
  throw new TRPCError({ code: "BAD_REQUEST", message: '"input" needs to be an object when doing a batch call' });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new TRPCError({ code: "BAD_REQUEST", message: "The input is no JSON.", cause });
  }
}
