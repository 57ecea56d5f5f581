/** Context and procedures of the API. */
import { randomUUID } from "node:crypto";
import { ApprovalId, AUDIT_OK, CcError, isCcError, SessionId, TurnId } from "@cc-docker/protocol";
import { getTRPCErrorFromUnknown, initTRPC, type TRPCError } from "@trpc/server";
import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { recordOf } from "../../lib/json.ts";
import { currentRequest, withLogFields } from "../../lib/request-scope.ts";
import { PING_EVERY_MS } from "../../lib/sse.ts";
import type { Tracer } from "../../lib/tracing/tracer.ts";
import type { Authenticate } from "../authenticate.ts";
import type { CallerLimits } from "../caller-limits.ts";
import { toPublicError, toTrpcError } from "./errors.ts";

export type Context = {
  core: Core;
  authenticate: Authenticate;
  callerLimits: CallerLimits;
  tracer: Tracer;
  authorization: string | undefined;
  /** The place of what is being done in a trace: at first the caller's, then the call's own. */
  traceparent: string | undefined;
  /** Aborted when the gateway stops: subscriptions end. */
  stopping: AbortSignal;
};

/** The same for every call. */
export type SharedContext = Omit<Context, "authorization" | "traceparent">;

/** A client that hears nothing for so long, not even a ping, takes the connection for dead. */
export const RECONNECT_AFTER_MS = 30_000;

/** Errors carry `data.cc`: code, message, hint and retry class of the one table; and the request's id. */
const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: ({ shape, error }) => {
    const cc = toPublicError(error);
    const requestId = currentRequest()?.requestId;
    return {
      ...shape,
      message: cc.message,
      data: { ...shape.data, cc, ...(requestId !== undefined && { requestId }) },
    };
  },
  sse: {
    ping: { enabled: true, intervalMs: PING_EVERY_MS },
    client: { reconnectAfterInactivityMs: RECONNECT_AFTER_MS },
  },
});

export const { router } = t;

/** The id of the session that a call's input names, as log lines have it. */
export function sessionField(input: unknown): { session_id?: string } {
  const { sessionId } = recordOf(input);
  const named = sessionId === undefined ? undefined : SessionId.safeParse(sessionId);
  return named?.success ? { session_id: named.data } : {};
}

/** How a call went, as tRPC says it. */
type Outcome = { ok: true } | { ok: false; error: TRPCError };
type Call = { ctx: Context; path: string };

/** A span a call. Of a stream it ends when that is open. */
async function withSpan<T>({ ctx, path }: Call, work: (traceparent?: string) => Promise<T>): Promise<T> {
  if (!ctx.tracer.isOn) return work();
  const attributes = { "rpc.system": "trpc", "rpc.method": path };
  const span = ctx.tracer.start(path, { kind: "server", parent: ctx.traceparent, attributes });
  try {
    const result = await work(span.traceparent);
    span.end();
    return result;
  } catch (error) {
    span.end({ errorCode: toPublicError(getTRPCErrorFromUnknown(error)).code });
    throw error;
  }
}

/** What fails is thrown: an error of the table with its status. */
async function withTypedErrors<T extends Outcome>({ ctx: { stopping } }: Call, work: () => Promise<T>): Promise<T> {
  const result = await work().catch((thrown: unknown) => ({ ok: false, error: getTRPCErrorFromUnknown(thrown) }) as T);
  if (result.ok) return result;
  const { cause } = result.error;
  if (isCcError(cause)) throw toTrpcError(cause);
  if (stopping.aborted && cause === stopping.reason)
    throw toTrpcError(new CcError("SERVER_STOPPING", "The gateway stopped before the call had ended."));
  throw result.error;
}

/** For what everybody may ask. */
export const publicProcedure = t.procedure.use(({ next, ...call }) =>
  withSpan(call, (traceparent) => withTypedErrors(call, () => next({ ctx: { traceparent } }))),
);

/**
 * For owners: `ctx.owner` is the caller's `sub`. Nothing is read of what somebody sends who may not ask: that takes
 * longer than to look at the token. What may change something is recorded, done or refused. All of it is one
 * middleware, for each costs a call more than most of this does.
 */
export const procedure = t.procedure.use(({ ctx, path, type, getRawInput, next }) =>
  withSpan({ ctx, path }, (traceparent) =>
    withTypedErrors({ ctx, path }, async () => {
      const { owner } = await ctx.authenticate(ctx.authorization);
      ctx.callerLimits.takeRequest(owner);
      const run = () => next({ ctx: { owner, traceparent } });
      if (type === "query") return run(); // what only reads has nothing to log but its failure, which names the session
      const input = await getRawInput().catch(() => undefined); // what is no JSON is refused in its turn
      return withLogFields(sessionField(input), () => {
        if (type !== "mutation") return run();
        const asked = { actor: owner, action: path, ...idsIn(input), ...originOf() };
        return ctx.core.audit.record(asked, run, (result) => (result.ok ? AUDIT_OK : toPublicError(result.error).code));
      });
    }),
  ),
);

const Ids = z.looseObject({
  sessionId: SessionId.optional().catch(undefined),
  turnId: TurnId.optional().catch(undefined),
  approvalId: ApprovalId.optional().catch(undefined),
});

/** What a call names, as far as those are ids at all. */
function idsIn(input: unknown): { sessionId?: SessionId | undefined; targetId?: string | undefined } {
  const { sessionId, turnId, approvalId } = Ids.safeParse(input).data ?? {};
  return { sessionId, targetId: turnId ?? approvalId };
}

function originOf(): { requestId: string; remoteAddress: string | undefined } {
  const { requestId = randomUUID(), remoteAddress } = currentRequest() ?? {};
  return { requestId, remoteAddress };
}

/** Text that every encoding can carry. */
export const WellFormed = z.string().refine((text) => text.isWellFormed(), "has half a surrogate pair");

export const IdempotencyKey = WellFormed.min(1)
  .max(200)
  .describe(
    "The same key always means the same turn or session; clients make one a call and keep it when they try again.",
  );

/** A call ends when its caller goes and when the gateway stops. */
export function anySignal(stopping: AbortSignal, signal: AbortSignal | undefined): AbortSignal {
  return signal ? AbortSignal.any([stopping, signal]) : stopping;
}
