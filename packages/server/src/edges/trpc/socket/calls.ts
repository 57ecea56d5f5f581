/** Calls and subscriptions of one socket. Each may end in its own time; what they send waits for the reader. */
import { setImmediate as othersTurn } from "node:timers/promises";
import { callTRPCProcedure, TRPCError } from "@trpc/server";
import { onAbort } from "../../../lib/on-abort.ts";
import type { TextSocket } from "../../../lib/text-socket.ts";
import type { Knock } from "../../doors.ts";
import { type Followed, openFollow } from "../../follow.ts";
import { rootRouter } from "../root-router.ts";
import type { Context } from "../trpc.ts";
import { type Id, type Message, readMessages } from "./read-messages.ts";
import type { Words } from "./words.ts";

export type Calls = {
  /** Begins what a message asks for. Resolves when the next may be read. */
  hear(text: string): Promise<void>;
  /** Resolves when every call has been answered; subscriptions are no calls. */
  settled(): Promise<unknown>;
};
type Call = Exclude<Message, { method: "subscription.stop" }>;

const FOLLOW = "events.follow";
/** Why a stream is over when its client has said so. */
const STOPPED = Symbol("stopped");
/** So many calls of one socket run at one time; the next is read when one has ended. */
const MAX_RUNNING = 1000;

export type CallsDeps = Pick<Knock, "asRequest"> & { socket: TextSocket; words: Words };

export function createCalls({ socket, words, asRequest }: CallsDeps, ctx: Context): Calls {
  const running = new Set<Promise<void>>();
  const streams = new Map<Id, AbortController>();

  function run({ method: type, params: { path, input } }: Call): Promise<unknown> {
    const getRawInput = async () => input;
    return callTRPCProcedure({ router: rootRouter, path, getRawInput, ctx, type, signal: socket.gone, batchIndex: 0 });
  }

  /** Events are sent as they are stored, and so not by the procedure. */
  async function follow({ params: { path, input, lastEventId } }: Call, over: AbortController): Promise<Followed> {
    if (path !== FOLLOW)
      throw new TRPCError({ code: "NOT_FOUND", message: `No "subscription"-procedure on path "${path}"` });
    const resumed = lastEventId === undefined ? {} : { lastEventId };
    const isObject = input === undefined || (typeof input === "object" && !Array.isArray(input));
    const whole = isObject ? { ...input, ...resumed } : input; // what is none is refused as it is
    return openFollow(ctx, { authorization: ctx.authorization, input: whole, over });
  }

  async function answer(call: Call): Promise<void> {
    try {
      socket.send(words.answer(call.id, await run(call)));
    } catch (error) {
      if (!socket.gone.aborted) socket.send(words.refuse(call, error));
    }
  }

  /** Says nothing at the end when the gateway stops: the client would take it for the end of all events. */
  async function stream(call: Call, over: AbortController): Promise<void> {
    const forget = onAbort(socket.gone, () => over.abort());
    try {
      const followed = await follow(call, over);
      socket.send(words.started(call.id));
      await followed.deliver((page) => socket.write(() => words.events(call.id, page)));
      streams.delete(call.id);
      if (over.signal.reason === STOPPED) socket.send(words.stopped(call.id));
    } catch (error) {
      streams.delete(call.id);
      if (!socket.gone.aborted) socket.send(words.refuse(call, error));
    } finally {
      forget();
      over.abort();
    }
  }

  function subscribe(call: Call): void {
    if (streams.has(call.id)) {
      const message = `id: ${String(call.id)} is that of a subscription that has not ended`;
      return socket.send(words.refuse(call, new TRPCError({ code: "BAD_REQUEST", message })));
    }
    const over = new AbortController();
    streams.set(call.id, over);
    void asRequest(() => stream(call, over));
  }

  async function begin(call: Call): Promise<void> {
    while (running.size >= MAX_RUNNING) await Promise.race(running);
    const answered = asRequest(() => answer(call)).finally(() => running.delete(answered));
    running.add(answered);
  }

  return {
    async hear(text) {
      for (const message of readMessages(text)) {
        await socket.drained(); // one text may ask for very many answers
        if (socket.gone.aborted) return;
        if ("error" in message) socket.send(words.refuse({ id: message.id }, message.error));
        else if (message.method === "subscription.stop") streams.get(message.id)?.abort(STOPPED);
        else if (message.method === "subscription") subscribe(message as Call);
        else await begin(message as Call);
        await othersTurn(); // and is not all that the gateway has to do
      }
    },
    settled: () => Promise.all(running),
  };
}
