/**
 * What clients did and what they got, in the order in which they noticed. It knows nothing of the gateway's insides, so
 * that `check-history.ts` proves the promises as callers see them.
 */
import { isDeepStrictEqual } from "node:util";
import type { ErrorCode, Event } from "@cc-docker/client";

export type Call = {
  sessionId: string;
  key: string;
  prompt: string;
  /** Model calls that the prompt takes when nothing goes wrong: one, and one more for every round of tools. */
  answers?: number;
};

/** One subscriber and one session: a cursor. */
export type Following = { subscriber: string; sessionId: string };

export type Entry =
  | ({ kind: "called" } & Call)
  | { kind: "acknowledged"; sessionId: string; key: string; turnId: string }
  | { kind: "refused"; sessionId: string; key: string; code: ErrorCode }
  | ({ kind: "followed"; after: number } & Following)
  | { kind: "delivered"; subscriber: string; event: Event }
  | ({ kind: "disturbed"; code: ErrorCode } & Following)
  | { kind: "crashed"; what: string; sessionId?: string };

type Recorder<Kind extends Entry["kind"]> = (entry: Omit<Extract<Entry, { kind: Kind }>, "kind">) => void;

export type History = {
  readonly entries: readonly Entry[];
  /** A prompt is about to be sent, for the first time or again. */
  called: (call: Call) => void;
  acknowledged: Recorder<"acknowledged">;
  /** The call failed. Whether the prompt may have been taken all the same is the code's affair. */
  refused: Recorder<"refused">;
  /** Where a subscriber begins; without it, before the first event. Its later connections are not recorded. */
  followed: Recorder<"followed">;
  delivered: (subscriber: string, event: Event) => void;
  /** A subscription failed and went on by itself, or failed for good. */
  disturbed: Recorder<"disturbed">;
  /** Something is about to be killed: all turns of that session may be hit, or those of every session. */
  crashed: Recorder<"crashed">;
};

/** Keeps one copy of each event, however many subscribers got it. */
export function createHistory(): History {
  const entries: Entry[] = [];
  const known = new Map<string, Event>();

  function delivered(subscriber: string, event: Event): void {
    const name = `${event.sessionId} ${event.seq}`;
    const first = known.get(name) ?? event;
    known.set(name, first);
    entries.push({ kind: "delivered", subscriber, event: isDeepStrictEqual(first, event) ? first : event });
  }

  return {
    entries,
    delivered,
    called: (call) => void entries.push({ kind: "called", ...call }),
    acknowledged: (entry) => void entries.push({ kind: "acknowledged", ...entry }),
    refused: (entry) => void entries.push({ kind: "refused", ...entry }),
    followed: (entry) => void entries.push({ kind: "followed", ...entry }),
    disturbed: (entry) => void entries.push({ kind: "disturbed", ...entry }),
    crashed: (entry) => void entries.push({ kind: "crashed", ...entry }),
  };
}
