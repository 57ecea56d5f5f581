import type { Client } from "@cc-docker/client";
import type { History } from "../../tests/harness/history/history.ts";

/** What a run's clients see of one session. */
export type Watch = {
  /** True when the end of the turn was delivered to the follower that stays. */
  hasEnded: (turnId: string) => boolean;
  /** It never ran: what it needs is away. */
  wasCancelled: (turnId: string) => boolean;
  /** Resolves at the turn's end or when the signal aborts, whichever is first. */
  waitForEnd: (turnId: string, signal: AbortSignal) => Promise<void>;
  /** How far the slowest of its followers has come. */
  lowestSeq: () => number;
};

/** What the clients of a run share. */
export type World = {
  seed: number;
  client: Client;
  history: History;
  /** Counts something that a client did besides sending prompts. */
  did: (what: string) => void;
  /** Of each session that was used, by its id; they go on until `leaving`. */
  watches: Map<string, Watch>;
  /** No new prompts from here on; those already sent are sent again until they are answered. */
  over: AbortSignal;
  /** The followers leave: what comes after is not theirs. */
  leaving: AbortController;
  /** The end of everything. */
  signal: AbortSignal;
};
