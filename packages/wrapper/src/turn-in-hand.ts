/** The turn that the agent works on. A command that comes again, as after a broken link, starts no turn twice. */
import type { TurnId } from "@cc-docker/protocol";

export type TurnInHand = {
  running(): TurnId | undefined;
  /** @returns whether the turn is new, and is the one that runs now */
  takeUp(turnId: TurnId): boolean;
  end(): void;
};

export function createTurnInHand(): TurnInHand {
  const known = new Set<TurnId>();
  let running: TurnId | undefined;

  function takeUp(turnId: TurnId): boolean {
    if (known.has(turnId)) return false;
    known.add(turnId);
    running = turnId;
    return true;
  }

  return { running: () => running, takeUp, end: () => void (running = undefined) };
}
