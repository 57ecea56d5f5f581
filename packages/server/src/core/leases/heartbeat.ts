/**
 * The list of gateways that live. Each raises its number there while it does; a gateway that has raised its own often
 * enough while another's stood still takes the other off the list. So no clock is read, and the time for which a
 * gateway itself stood still counts for nothing.
 */
import { isCcError } from "@cc-docker/protocol";
import type { Clock } from "../../lib/clock.ts";
import { failpoint } from "../../lib/failpoint.ts";
import type { GatewayRow, Store } from "../../ports/store/store.ts";

const BEAT_MS = 2000;
/** Of this gateway, for one of another: about ten seconds. */
const BEATS_TO_DEATH = 5;

export type Heartbeat = {
  /** Puts this gateway on the list. To be done before it takes a session; twice is fine. */
  join(): Promise<void>;
  /** Beats from now on, where others could be there to see it. */
  start(): void;
  /** Takes this gateway off the list: others need not wait for its sessions. */
  leave(): Promise<void>;
};

export type HeartbeatDeps = {
  gatewayId: string;
  store: Store;
  clock: Pick<Clock, "setTimer">;
  /** Runs work that fails while the store is away. */
  run: (name: string, work: () => Promise<void>) => void;
  /** Others took this gateway for dead, and may have taken what it held. */
  onBuried: () => Promise<void>;
  /** Another gateway has left or is dead: its sessions are nobody's. */
  onGone: () => void;
};

/** `still`: this gateway's beats since the other's was seen to change. */
type Seen = { beat: number; still: number };

export function createHeartbeat({ gatewayId, store, clock, run, onBuried, onGone }: HeartbeatDeps): Heartbeat {
  let others = new Map<string, Seen>();
  let beats = 0;
  let hasJoined = false;
  let cancelTimer: (() => void) | undefined;

  async function join(): Promise<void> {
    if (hasJoined) return;
    await store.write(async (tx) => {
      const dead = store.isShared ? [] : await tx.listGateways();
      for (const { id } of dead) await tx.deleteGateway(id);
      await tx.putGateway({ id: gatewayId, beat: beats });
    });
    hasJoined = true;
    failpoint("start.joined");
  }

  function start(): void {
    cancelTimer?.();
    if (store.isShared) scheduleBeat();
  }

  function scheduleBeat(): void {
    cancelTimer = clock.setTimer(BEAT_MS, () => run("beat", () => beat().finally(scheduleBeat)));
  }

  /** What was seen counts only when the beat is in the store: a store that is away must not look like silence. */
  async function beat(): Promise<void> {
    beats += 1;
    const { wasListed, alive } = await store.write(async (tx) => {
      const listed = await tx.listGateways();
      await tx.putGateway({ id: gatewayId, beat: beats });
      const seen = lookAt(listed.filter(({ id }) => id !== gatewayId));
      const dead = [...seen.keys()].filter((id) => (seen.get(id)?.still ?? 0) >= BEATS_TO_DEATH);
      for (const id of dead) {
        await tx.deleteGateway(id);
        seen.delete(id);
      }
      return { wasListed: listed.some(({ id }) => id === gatewayId), alive: seen };
    });
    const before = others;
    others = alive;
    if (!wasListed) await onBuried();
    if ([...before.keys()].some((id) => !alive.has(id))) onGone();
  }

  function lookAt(listed: readonly GatewayRow[]): Map<string, Seen> {
    const look = ({ id, beat: theirs }: GatewayRow): [string, Seen] => {
      const before = others.get(id);
      return [id, { beat: theirs, still: before?.beat === theirs ? before.still + 1 : 0 }];
    };
    return new Map(listed.map(look));
  }

  async function leave(): Promise<void> {
    cancelTimer?.();
    await store
      .write((tx) => tx.deleteGateway(gatewayId))
      .catch((error: unknown) => {
        if (!isCcError(error)) throw error; // others find out by its silence
      });
    failpoint("shutdown.left");
  }

  return { join, start, leave };
}
