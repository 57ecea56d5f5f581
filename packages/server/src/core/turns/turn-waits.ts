/** Turns whose model calls wait for a rate limit to reset: the log says so, and their time does not run meanwhile. */
import type { SessionId, TurnId } from "@cc-docker/protocol";
import type { Background } from "../../lib/background.ts";
import type { SessionWriter } from "../sessions/session-writer.ts";

export type TurnWaits = {
  /** The call waits until that time (ISO 8601); with `undefined` it waits no more. */
  tell(sessionId: SessionId, call: object, until: string | undefined): void;
};

export type TurnWaitsDeps = {
  writer: SessionWriter;
  background: Background;
  /** The session's turn waits for what is not its agent's doing, or does so no more. */
  setWaiting: (sessionId: SessionId, waits: boolean) => void;
};

/** `turnId`: the turn whose log says that it waits. */
type Wait = { calls: Set<object>; until?: string; turnId?: TurnId | undefined };

export function createTurnWaits({ writer, background, setWaiting }: TurnWaitsDeps): TurnWaits {
  const waits = new Map<SessionId, Wait>();

  function begin(sessionId: SessionId, call: object, until: string): void {
    const wait = waits.get(sessionId) ?? { calls: new Set() };
    waits.set(sessionId, wait);
    wait.calls.add(call);
    setWaiting(sessionId, true);
    if (wait.until === until) return; // all wait for the same
    wait.until = until;
    background.run("waiting turn", () => sayThatItWaits(sessionId, wait, until));
  }

  function end(sessionId: SessionId, call: object): void {
    const wait = waits.get(sessionId);
    if (!wait?.calls.delete(call) || wait.calls.size > 0) return;
    waits.delete(sessionId);
    setWaiting(sessionId, false);
    background.run("waiting turn", () => sayThatItGoesOn(sessionId, wait));
  }

  async function sayThatItWaits(sessionId: SessionId, wait: Wait, until: string): Promise<void> {
    await writer.changeAsHolder(sessionId, async ({ session, append }) => {
      wait.turnId = session.status === "running" ? session.runningTurn : undefined;
      if (wait.turnId) append("turn.waiting", { reason: "rate_limit", until }, wait.turnId);
    });
  }

  /** A turn that ended while it waited has said its last. */
  async function sayThatItGoesOn(sessionId: SessionId, { turnId }: Wait): Promise<void> {
    await writer.changeAsHolder(sessionId, async ({ session, append }) => {
      if (turnId && session.runningTurn === turnId && session.status === "running")
        append("turn.proceeding", { reason: "rate_limit" }, turnId);
    });
  }

  return {
    tell: (sessionId, call, until) => (until === undefined ? end(sessionId, call) : begin(sessionId, call, until)),
  };
}
