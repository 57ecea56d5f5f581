/** A change of a session while it is drawn up, in its transaction: what it adds to the row, the log and the counts. */
import { type ErrorShape, type EventType, endsTurn, type SessionStatus, type TurnId } from "@cc-docker/protocol";
import type { EventRow, SessionRow, StoreWriter, TurnRow } from "../../ports/store/store.ts";
import type { ModelUse } from "../quotas/price.ts";
import { type Count, countEvent, countMove } from "./count-change.ts";
import { type MoveReason, nextState } from "./session-status.ts";

/** What the writer gives a row by itself. */
export type Given = "position" | "lastSeq" | "updatedAt" | "createdAt" | "status" | "leaseHolder" | "leaseFence";

export type SessionChange = {
  readonly tx: StoreWriter;
  /** The session as this change has made it so far. */
  readonly session: SessionRow;
  readonly now: string;
  /** What a running turn's calls of the model have used, as far as this gateway has seen them. */
  usesOf(turnId: TurnId): readonly ModelUse[];
  append(type: EventType, data: unknown, turnId?: TurnId): void;
  /** The newest events in order, with those of this change, about as many as `limit` and as large as `maxBytes`. */
  readTail(page: { limit: number; maxBytes: number }): Promise<EventRow[]>;
  patch(fields: Partial<Omit<SessionRow, "id" | "owner" | "parked" | Given>>): void;
  /** The session's wrapper is to work on this turn: its bell rings after the commit. */
  command(turn: StartedTurn): void;
  /** There is something else to tell its wrapper: the bell rings after the commit. */
  ring(): void;
  /** The session is to have an instance of its present generation: it is started after the commit. */
  wantInstance(): void;
  /** Moves the status by the table and says so in the log. False when the reason does not apply to the status. */
  move(reason: MoveReason, error?: ErrorShape): boolean;
};

/** `interrupt`: it is to end early. `trace`: where it stands in a trace. */
export type StartedTurn = Pick<TurnRow, "id" | "prompt" | "interrupt" | "trace">;

/** What a change has come to, once it is flushed. */
export type Outcome = {
  events: readonly EventRow[];
  counts: readonly Count[];
  /** Turns that have come to their end. */
  endedTurns: readonly TurnId[];
  session: SessionRow;
  commanded: StartedTurn | undefined;
  rung: boolean;
  instanceWanted: boolean;
};

export type DraftDeps = Pick<SessionChange, "now" | "usesOf">;

/** `append` gives events their numbers: here and nowhere else. */
export function createDraft(tx: StoreWriter, row: SessionRow, { now, usesOf }: DraftDeps) {
  let session = row;
  let commanded: StartedTurn | undefined;
  let rung = false;
  let instanceWanted = false;
  const events: EventRow[] = [];
  const counts: Count[] = [];
  const endedTurns: TurnId[] = [];

  function append(type: EventType, data: unknown, turnId?: TurnId): void {
    const seq = session.lastSeq + 1;
    session = { ...session, lastSeq: seq };
    events.push({ seq, json: JSON.stringify({ seq, sessionId: session.id, type, turnId, at: now, data }) });
    counts.push(...countEvent(type, data));
    if (turnId && endsTurn(type)) endedTurns.push(turnId);
  }

  function move(reason: MoveReason, error?: ErrorShape): boolean {
    const to = nextState(session, reason);
    if (!to) return false;
    counts.push(...countMove({ from: session.status, to: to.status, reason }));
    session = { ...session, ...to, error: to.status === "failed" ? error : undefined };
    append(eventOf(to.status), { reason, ...(error && { error }) });
    return true;
  }

  async function readTail({ limit, maxBytes }: { limit: number; maxBytes: number }): Promise<EventRow[]> {
    const stored = await tx.readEvents(session.id, { after: Math.max(0, session.lastSeq - limit), limit, maxBytes });
    return [...stored, ...events];
  }

  async function flush(): Promise<void> {
    if (events.length > 0) await tx.insertEvents(session.id, events);
    session = { ...session, updatedAt: now };
    await tx.updateSession(session.id, session);
  }

  const change: SessionChange = {
    tx,
    now,
    usesOf,
    append,
    readTail,
    move,
    command: (turn) => {
      commanded = turn;
    },
    ring: () => {
      rung = true;
    },
    wantInstance: () => {
      instanceWanted = true;
    },
    patch: (fields) => {
      session = { ...session, ...fields };
    },
    get session() {
      return session;
    },
  };
  return {
    change,
    flush,
    outcome: (): Outcome => ({ events, counts, endedTurns, session, commanded, rung, instanceWanted }),
  };
}

function eventOf(status: SessionStatus): EventType {
  return `session.${status}`;
}
