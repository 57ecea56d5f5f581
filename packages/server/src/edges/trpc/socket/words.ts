/** What a `wsLink` is told: answers and refusals in tRPC's envelopes. An event goes as the text that was stored. */
import { getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import type { EventRow } from "../../../core/core.ts";
import { rootRouter } from "../root-router.ts";
import { toTrpcError } from "../trpc.ts";
import type { Id, Message } from "./read-messages.ts";

export type TrpcRefusal = { error: TRPCError; path: string | undefined; input: unknown };
export type TellRefusal = (refusal: TrpcRefusal) => void;
export type Words = ReturnType<typeof createWords>;

export function createWords(onError: TellRefusal) {
  return {
    answer: (id: Id, data: unknown) => envelope(id, "result", { type: "data", data }),
    started: (id: Id) => envelope(id, "result", { type: "started" }),
    stopped: (id: Id) => envelope(id, "result", { type: "stopped" }),
    events(id: Id, rows: readonly EventRow[]): string[] {
      const head = `{"id":${JSON.stringify(id)},"result":{"type":"data","id":"`;
      return rows.map(({ seq, json }) => `${head}${seq}","data":{"id":"${seq}","data":${json}}}}`);
    },
    /** @param to its id and, where it could be read, the call itself */
    refuse(to: Message | { id: Id | null }, cause: unknown): string {
      const { type, path, input } = describeCall(to);
      const error = toError(cause);
      onError({ error, path, input });
      const config = rootRouter._def._config;
      return envelope(to.id, "error", getTRPCErrorShape({ config, error, type, path, input, ctx: undefined }));
    },
  };
}

function envelope(id: Id | null, kind: "result" | "error", held: unknown): string {
  return JSON.stringify({ id, [kind]: held });
}

function toError(cause: unknown): TRPCError {
  if (cause instanceof ZodError) return new TRPCError({ code: "BAD_REQUEST", cause });
  return getTRPCErrorFromUnknown(toTrpcError(cause));
}

function describeCall(to: Message | { id: Id | null }) {
  if (!("method" in to) || to.method === "subscription.stop")
    return { type: "unknown" as const, path: undefined, input: undefined };
  const { path, input } = to.params;
  return { type: to.method, path, input };
}
