/** The owner's sessions, asked for again and again: the API has no stream of all of them. */
import type { Client, Session, SessionId } from "@cc-docker/client";
import { type CcError, isCcError } from "@cc-docker/protocol";
import { listSessions } from "../../session/list-sessions.ts";

/** What a person takes for live. */
const EVERY_MS = 1500;
/** Who has many sessions is asked about them less often. */
const SESSIONS_AT_THAT_RATE = 200;
/** A page; who waits behind so many others is not marked. */
const MOST_APPROVALS = 200;

export type SessionList = {
  /** Newest first; `undefined` before the first answer. */
  sessions(): readonly Session[] | undefined;
  /** Its agent waits for an answer. */
  isAsking(id: SessionId): boolean;
  /** Why the newest question had no answer; `undefined` while the gateway answers. */
  failure(): CcError | undefined;
  /** Asks at once. */
  refresh(): void;
};

export type SessionListOptions = {
  client: Client;
  signal: AbortSignal;
  onChange: () => void;
};

export function createSessionList(options: SessionListOptions): SessionList {
  const { client, signal, onChange } = options;
  let sessions: readonly Session[] | undefined;
  let asking: ReadonlySet<SessionId> = new Set();
  let failure: CcError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isAsking = false;
  let isWantedAgain = false;

  async function ask(): Promise<void> {
    if (isAsking) return void (isWantedAgain = true);
    isAsking = true;
    clearTimeout(timer);
    try {
      // Asked in one request.
      const [all, { approvals }] = await Promise.all([
        listSessions(client, { signal }),
        client.approvals.list.query({ state: "open", limit: MOST_APPROVALS }, { signal }),
      ]);
      sessions = all;
      asking = new Set(approvals.map(({ sessionId }) => sessionId));
      failure = undefined;
    } catch (error) {
      if (!signal.aborted) failure = toCcError(error);
    }
    isAsking = false;
    if (signal.aborted) return;
    onChange();
    timer = setTimeout(
      () => void ask(),
      isWantedAgain ? 0 : EVERY_MS * Math.max(1, (sessions?.length ?? 0) / SESSIONS_AT_THAT_RATE),
    );
    isWantedAgain = false;
  }

  signal.addEventListener("abort", () => clearTimeout(timer));
  void ask();
  return {
    sessions: () => sessions,
    isAsking: (id) => asking.has(id),
    failure: () => failure,
    refresh: () => void ask(),
  };
}

/** @throws what is no error of the gateway: a defect */
function toCcError(error: unknown): CcError {
  if (isCcError(error)) return error;
  throw error;
}
