import {
  CcError,
  describeError,
  isTurnOver,
  MAX_PROMPT_BYTES,
  type SessionId,
  type Turn,
  type TurnId,
} from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { Tracer } from "../../lib/tracing/tracer.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { InterruptReason, SessionRow, Store, TurnRow } from "../../ports/store/store.ts";
import { createBell } from "../bell.ts";
import type { Quotas } from "../quotas/quotas.ts";
import type { SessionChange, StartedTurn } from "../sessions/session-draft.ts";
import { wake } from "../sessions/session-moves.ts";
import type { SessionWriter } from "../sessions/session-writer.ts";
import { interruptTurn, startNextTurn } from "./turn-moves.ts";

export type SendPrompt = {
  owner: string;
  sessionId: SessionId;
  prompt: string;
  idempotencyKey: string;
  /** What the turn may take; the session's `requestTimeout` when absent. */
  timeoutSeconds?: number | undefined;
  /** The place of the call in a trace, if it is in one. */
  traceparent?: string | undefined;
};

export type Turns = {
  /**
   * Accepts a prompt: when this resolves it is on disk and will reach exactly one end. The same key always means the
   * same turn, whatever has happened since.
   * A session at rest is woken by it.
   * @throws CcError PROMPT_EMPTY, PROMPT_TOO_LARGE, TIMEOUT_TOO_LONG, SESSION_NOT_FOUND, IDEMPOTENCY_KEY_REUSED,
   * TURN_LIMIT_REACHED, DAILY_LIMIT_REACHED; where it wakes the session SESSION_LIMIT_REACHED, CONTAINER_LIMIT_REACHED
   */
  send(input: SendPrompt): Promise<Turn>;
  /** `send`, then waits for the end of the turn. Ends early only with `signal`; the turn goes on all the same. */
  ask(input: SendPrompt, signal: AbortSignal): Promise<Turn>;
  /** @throws CcError SESSION_NOT_FOUND, TURN_NOT_FOUND */
  get(input: { owner: string; sessionId: SessionId; turnId: TurnId }): Promise<Turn>;
  /**
   * Ends a turn early: the running one when none is named. One that waits is cancelled; one that runs ends as
   * `interrupted` as soon as the agent has let go; one that is over stays as it is.
   * @throws CcError SESSION_NOT_FOUND, TURN_NOT_FOUND, NO_TURN_RUNNING
   */
  interrupt(input: { owner: string; sessionId: SessionId; turnId?: TurnId }): Promise<Turn>;
  /** The session's running turn has had its time, or its agent is silent. */
  end(session: SessionRow, reason: InterruptReason): Promise<void>;
  /** The turn a wrapper should be working on, if any. */
  findRunning(sessionId: SessionId): Promise<StartedTurn | undefined>;
  /** Whether the agent is to stand still, as of the event of this number: of two answers the later counts. */
  findParked(sessionId: SessionId): Promise<Parked>;
};

export type Parked = { parked: boolean; seq: number };

type TurnsDeps = {
  store: Store;
  bus: Bus;
  writer: SessionWriter;
  quotas: Quotas;
  tracer: Tracer;
  /** Of a turn that names its own timeout. */
  maxTimeoutSeconds: number;
  newTurnId: () => TurnId;
};

export function createTurns({ store, bus, writer, quotas, tracer, maxTimeoutSeconds, newTurnId }: TurnsDeps): Turns {
  async function send(input: SendPrompt): Promise<Turn> {
    checkPrompt(input.prompt);
    checkTimeout(input, maxTimeoutSeconds);
    const turn = await writer.change(input.sessionId, (change) => accept(change, input));
    if (!turn) throw notFound(input.sessionId);
    failpoint("send.rung");
    return toTurn(turn);
  }

  async function accept(
    change: SessionChange,
    { owner, sessionId, prompt, idempotencyKey, timeoutSeconds: timeout, traceparent: parent }: SendPrompt,
  ): Promise<TurnRow> {
    const { session, tx, now } = change;
    if (session.owner !== owner || session.deleted) throw notFound(sessionId);
    const earlier = await tx.findTurnByKey(sessionId, idempotencyKey);
    if (earlier) return requireSame(earlier, prompt, timeout);
    await quotas.admitTurn(tx, owner, now);
    await wake(change, quotas);
    const asked = { prompt, idempotencyKey, ...(timeout !== undefined && { timeout }) };
    const own = tracer.place(parent);
    const placed = own !== undefined && { trace: { own, parent } };
    const turn: TurnRow = { id: newTurnId(), sessionId, status: "queued", ...asked, ...placed, createdAt: now };
    await tx.insertTurn(turn);
    change.append("turn.queued", { prompt }, turn.id);
    await startNextTurn(change);
    return change.session.runningTurn === turn.id ? { ...turn, status: "running", startedAt: now } : turn;
  }

  async function interrupt(input: { owner: string; sessionId: SessionId; turnId?: TurnId }): Promise<Turn> {
    const turn = await writer.change(input.sessionId, async (change) => {
      const { session, tx } = change;
      if (session.owner !== input.owner || session.deleted) throw notFound(session.id);
      const id = input.turnId ?? session.runningTurn;
      if (!id) throw new CcError("NO_TURN_RUNNING", `Session ${session.id} is ${session.status}: no turn is running.`);
      const found = await tx.findTurn(id);
      if (found?.sessionId !== session.id) throw turnNotFound(session.id, id);
      await interruptTurn(change, found, "requested");
      return tx.findTurn(id);
    });
    if (!turn) throw notFound(input.sessionId);
    return toTurn(turn);
  }

  async function end({ id, runningTurn }: SessionRow, reason: InterruptReason): Promise<void> {
    await writer.changeAsHolder(id, async (change) => {
      const turn = runningTurn && (await change.tx.findTurn(runningTurn));
      if (turn) await interruptTurn(change, turn, reason);
    });
  }

  async function ask(input: SendPrompt, signal: AbortSignal): Promise<Turn> {
    using bell = createBell(bus, `events:${input.sessionId}`);
    let turn = await send(input);
    while (!isTurnOver(turn.status)) {
      await bell.wait(signal);
      signal.throwIfAborted();
      turn = await get({ ...input, turnId: turn.id });
    }
    return turn;
  }

  async function get({
    owner,
    sessionId,
    turnId,
  }: {
    owner: string;
    sessionId: SessionId;
    turnId: TurnId;
  }): Promise<Turn> {
    const session = await store.findSession(sessionId);
    if (!session || session.owner !== owner || session.deleted) throw notFound(sessionId);
    const turn = await store.findTurn(turnId);
    if (turn?.sessionId !== sessionId) throw turnNotFound(sessionId, turnId);
    return toTurn(turn);
  }

  async function findRunning(sessionId: SessionId): Promise<StartedTurn | undefined> {
    return writer.findJustStarted(sessionId) ?? store.findRunningTurn(sessionId);
  }

  async function findParked(sessionId: SessionId): Promise<Parked> {
    const session = writer.findJustCommanded(sessionId) ?? (await store.findSession(sessionId));
    return { parked: session?.parked === true, seq: session?.lastSeq ?? 0 };
  }

  return { send, ask, get, interrupt, end, findRunning, findParked };
}

function checkPrompt(prompt: string): void {
  if (prompt.trim() === "") throw new CcError("PROMPT_EMPTY", "The prompt is empty.");
  const bytes = Buffer.byteLength(prompt);
  if (bytes > MAX_PROMPT_BYTES)
    throw new CcError("PROMPT_TOO_LARGE", `The prompt has ${bytes} bytes; ${MAX_PROMPT_BYTES} are allowed.`);
}

function checkTimeout({ timeoutSeconds = 0 }: SendPrompt, max: number): void {
  if (timeoutSeconds <= max) return;
  throw new CcError("TIMEOUT_TOO_LONG", `timeoutSeconds is ${timeoutSeconds} s, at most ${max} s are allowed.`);
}

function requireSame(earlier: TurnRow, prompt: string, timeout: number | undefined): TurnRow {
  if (earlier.prompt === prompt && earlier.timeout === timeout) return earlier;
  const other = earlier.prompt === prompt ? "timeout" : "prompt";
  throw new CcError(
    "IDEMPOTENCY_KEY_REUSED",
    `The idempotency key "${earlier.idempotencyKey}" belongs to turn ${earlier.id} with another ${other}.`,
  );
}

function notFound(sessionId: SessionId): CcError {
  return new CcError("SESSION_NOT_FOUND", `There is no session ${sessionId}.`);
}

function turnNotFound(sessionId: SessionId, turnId: TurnId): CcError {
  return new CcError("TURN_NOT_FOUND", `Session ${sessionId} has no turn ${turnId}.`);
}

function toTurn({ error, ...row }: TurnRow): Turn {
  const {
    prompt: _prompt,
    idempotencyKey: _key,
    timeout: _timeout,
    interrupt: _interrupt,
    trace: _trace,
    ...turn
  } = row;
  return { ...turn, ...(error && { error: describeError(error.code, error.message) }) };
}
