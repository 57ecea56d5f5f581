/** What a `wsLink` is told: answers and refusals in tRPC's envelopes. An event goes as the text that was stored. */
import { getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import { type Encode, type EventRow, encodeOnce } from "../../../core/core.ts";
import { toTextFrames } from "../../../lib/text-frames.ts";
import { type TrpcRefusal, toTrpcError } from "../errors.ts";
import { rootRouter } from "../root-router.ts";
import type { Id, Message } from "./read-messages.ts";

export type TellRefusal = (refusal: TrpcRefusal) => void;
export type Words = ReturnType<typeof createWords>;

/** Most clients count their subscriptions, and have few. */
const MAX_KNOWN_IDS = 100;
const MAX_ID_LENGTH = 20;

export function createWords(onError: TellRefusal) {
  const encoders = new Map<string, Encode>();

  /** Who calls its subscription the same is sent the same bytes. */
  function encoderOf(id: string): Encode {
    const known = encoders.get(id);
    if (known) return known;
    const encode = encodeOnce((page) => toTextFrames(page.map((row) => wordEvent(id, row))));
    if (encoders.size >= MAX_KNOWN_IDS) encoders.clear();
    if (id.length <= MAX_ID_LENGTH) encoders.set(id, encode);
    return encode;
  }

  return {
    answer: (id: Id, data: unknown) => envelope(id, "result", { type: "data", data }),
    started: (id: Id) => envelope(id, "result", { type: "started" }),
    stopped: (id: Id) => envelope(id, "result", { type: "stopped" }),
    /** @returns frames */
    events: (id: Id, page: readonly EventRow[]) => encoderOf(JSON.stringify(id))(page),
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

function wordEvent(id: string, { seq, json }: EventRow): string {
  return `{"id":${id},"result":{"type":"data","id":"${seq}","data":{"id":"${seq}","data":${json}}}}`;
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
