/** One call from its input to its answer: keys and further attempts where they are safe, one kind of error. */
import { isCcError } from "@cc-docker/protocol";
import type { TRPCUntypedClient } from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import type { CallOptions } from "./api.ts";
import { backoffMs } from "./backoff.ts";
import { toClientError } from "./client-error.ts";
import { isTimeout } from "./gateway-http.ts";
import { wait } from "./wait.ts";

/** About 12 s of trying: longer than a gateway takes to restart. */
const MOST_ATTEMPTS = 8;

/** What the idempotency key makes safe to send twice. */
const KEYED_CALLS: ReadonlySet<string> = new Set(["chat.send", "chat.ask", "sessions.create", "sessions.fork"]);

/** The same answer to the same question is given once, however often it is sent. */
const REPEATABLE_CALLS: ReadonlySet<string> = new Set(["approvals.answer"]);

type Kind = "query" | "mutation";

export function createCaller(trpc: TRPCUntypedClient<AnyTRPCRouter>) {
  async function attempt(kind: Kind, path: string, input: unknown, options: CallOptions): Promise<unknown> {
    try {
      return await trpc[kind](path, input, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw toClientError(error);
    }
  }

  async function attemptOften(kind: Kind, path: string, input: unknown, options: CallOptions): Promise<unknown> {
    for (let made = 1; ; made += 1) {
      try {
        return await attempt(kind, path, input, options);
      } catch (error) {
        if (made === MOST_ATTEMPTS || !isAway(error)) throw error;
      }
      await wait(backoffMs(made), options.signal);
      options.signal?.throwIfAborted();
    }
  }

  return (kind: Kind, path: string, input: unknown, options: CallOptions = {}): Promise<unknown> => {
    if (KEYED_CALLS.has(path)) return attemptOften(kind, path, withKey(input), options);
    return (REPEATABLE_CALLS.has(path) ? attemptOften : attempt)(kind, path, input, options);
  };
}

/** One that stands still does not go on sooner when it is asked more often. */
function isAway(error: unknown): boolean {
  if (isTimeout((error as Error).cause)) return false;
  return isCcError(error, "SERVER_UNREACHABLE") || isCcError(error, "SERVER_STOPPING");
}

function withKey(input: unknown): unknown {
  const given = input as { idempotencyKey?: string };
  return { ...given, idempotencyKey: given.idempotencyKey ?? crypto.randomUUID() };
}
