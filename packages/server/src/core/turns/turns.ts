import {
  CcError,
  describeError,
  isTurnOver,
  MAX_PROMPT_BYTES,
  type SessionId,
  type Turn,
  type TurnId,
} from "@cc-docker/protocol";
import type { Bus } from "../../ports/bus/bus.ts";
import type { SessionRow, Store, TurnRow } from "../../ports/store/store.ts";
import { createBell } from "../bell.ts";
import { isLive, type SessionChange, type SessionWriter, type StartedTurn } from "../sessions/session-writer.ts";
import { startNextTurn } from "./turn-moves.ts";

export type SendPrompt = { owner: string; sessionId: SessionId; prompt: string; idempotencyKey: string };

export type Turns = {
  /**
   * Accepts a prompt: when this resolves it is on disk and will reach exactly one end. The same key always means the
   * same turn, whatever has happened since.
   * @throws CcError PROMPT_EMPTY, PROMPT_TOO_LARGE, SESSION_NOT_FOUND, SESSION_NOT_RUNNING, IDEMPOTENCY_KEY_REUSED
   */
  send(input: SendPrompt): Promise<Turn>;
  /** `send`, then waits for the end of the turn. Ends early only with `signal`; the turn goes on all the same. */
  ask(input: SendPrompt, signal: AbortSignal): Promise<Turn>;
  /** @throws CcError SESSION_NOT_FOUND, TURN_NOT_FOUND */
  get(input: { owner: string; sessionId: SessionId; turnId: TurnId }): Promise<Turn>;
  /** The turn a wrapper should be working on, if any. */
  findRunning(sessionId: SessionId): Promise<StartedTurn | undefined>;
};

type TurnsDeps = { store: Store; bus: Bus; writer: SessionWriter; newTurnId: () => TurnId };

export function createTurns({ store, bus, writer, newTurnId }: TurnsDeps): Turns {
  async function send(input: SendPrompt): Promise<Turn> {
    checkPrompt(input.prompt);
    const turn = await writer.change(input.sessionId, (change) => accept(change, input));
    if (!turn) throw notFound(input.sessionId);
    return toTurn(turn);
  }

  async function accept(
    change: SessionChange,
    { owner, sessionId, prompt, idempotencyKey }: SendPrompt,
  ): Promise<TurnRow> {
    const { session, tx, now } = change;
    if (session.owner !== owner || session.deleted) throw notFound(sessionId);
    const earlier = await tx.findTurnByKey(sessionId, idempotencyKey);
    if (earlier) return requireSamePrompt(earlier, prompt);
    requireLive(session);
    const turn: TurnRow = { id: newTurnId(), sessionId, status: "queued", prompt, idempotencyKey, createdAt: now };
    await tx.insertTurn(turn);
    change.append("turn.queued", { prompt }, turn.id);
    await startNextTurn(change);
    return change.session.runningTurn === turn.id ? { ...turn, status: "running", startedAt: now } : turn;
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
    if (!turn || turn.sessionId !== sessionId)
      throw new CcError("TURN_NOT_FOUND", `Session ${sessionId} has no turn ${turnId}.`);
    return toTurn(turn);
  }

  async function findRunning(sessionId: SessionId): Promise<StartedTurn | undefined> {
    return writer.findJustStarted(sessionId) ?? store.findRunningTurn(sessionId);
  }

  return { send, ask, get, findRunning };
}

function checkPrompt(prompt: string): void {
  if (prompt.trim() === "") throw new CcError("PROMPT_EMPTY", "The prompt is empty.");
  const bytes = Buffer.byteLength(prompt);
  if (bytes > MAX_PROMPT_BYTES)
    throw new CcError("PROMPT_TOO_LARGE", `The prompt has ${bytes} bytes; ${MAX_PROMPT_BYTES} are allowed.`);
}

function requireSamePrompt(earlier: TurnRow, prompt: string): TurnRow {
  if (earlier.prompt === prompt) return earlier;
  throw new CcError(
    "IDEMPOTENCY_KEY_REUSED",
    `The idempotency key "${earlier.idempotencyKey}" belongs to turn ${earlier.id} with another prompt.`,
  );
}

function requireLive(session: SessionRow): void {
  if (isLive(session)) return;
  const why = session.error ? `: ${session.error.message}` : "";
  throw new CcError("SESSION_NOT_RUNNING", `Session ${session.id} is ${session.status}${why}.`);
}

function notFound(sessionId: SessionId): CcError {
  return new CcError("SESSION_NOT_FOUND", `There is no session ${sessionId}.`);
}

function toTurn({ prompt: _prompt, idempotencyKey: _key, error, ...turn }: TurnRow): Turn {
  return { ...turn, ...(error && { error: describeError(error.code, error.message) }) };
}
