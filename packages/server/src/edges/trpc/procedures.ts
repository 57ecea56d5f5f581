/** The procedures for other edges of the same API: by path, with the same checks of token and input. */
import { isCcError } from "@cc-docker/protocol";
import { callTRPCProcedure, TRPCError } from "@trpc/server";
import { ZodError, type z } from "zod";
import type { CallerHeaders } from "../authenticate.ts";
import { rootRouter } from "./root-router.ts";
import type { SharedContext } from "./trpc.ts";

export type Procedures = {
  /**
   * What the procedure returns; of a subscription the messages.
   * @throws CcError; ZodError when the input is not what the procedure takes; anything else is a defect
   */
  call(path: string, input: unknown, caller: CallerHeaders & { signal?: AbortSignal }): Promise<unknown>;
};

export function createProcedures(shared: SharedContext): Procedures {
  return {
    async call(path, input, { signal, ...given }) {
      const type = kindOf(path);
      const getRawInput = async () => input;
      const ctx = { ...shared, ...given };
      const called = callTRPCProcedure({ router: rootRouter, path, getRawInput, ctx, type, signal, batchIndex: 0 });
      return called.catch((error: unknown) => {
        throw unwrapError(error);
      });
    },
  };
}

export function isProcedure(path: string): boolean {
  return Object.hasOwn(rootRouter._def.procedures, path); // flat, by path
}

/** What the procedure takes, if it takes anything. */
export function inputOf(path: string): z.ZodType | undefined {
  const procedures: unknown = rootRouter._def.procedures; // flat, by path
  return (procedures as Record<string, { _def: { inputs?: z.ZodType[] } }>)[path]?._def.inputs?.[0];
}

/** How the procedure is called. @throws when there is none of that path */
export function kindOf(path: string): "query" | "mutation" | "subscription" {
  const procedures: unknown = rootRouter._def.procedures; // flat, by path
  const found = (procedures as Record<string, { _def: { type: ReturnType<typeof kindOf> } }>)[path];
  if (!found) throw new Error(`there is no procedure ${path}`);
  return found._def.type;
}

function unwrapError(error: unknown): unknown {
  if (!(error instanceof TRPCError)) return error;
  const isRefusal = isCcError(error.cause) || (error.code === "BAD_REQUEST" && error.cause instanceof ZodError);
  return isRefusal ? error.cause : error;
}
