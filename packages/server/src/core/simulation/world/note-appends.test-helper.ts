/** Notes of each event when it was written, and whether by the gateway that held the session then. */
import type { SessionId } from "@cc-docker/protocol";
import type { SessionRow, StoreWriter } from "../../../ports/store/store.ts";
import type { VirtualClock } from "./virtual-clock.test-helper.ts";

/**
 * `at`: in virtual time, for the wall's in the event may have jumped. `rightly`: the session was its writer's, or nobody's.
 * `generation`, `status`: of the session just before.
 */
export type Append = {
  at: number;
  rightly: boolean;
  generation: SessionRow["generation"] | undefined;
  status: SessionRow["status"] | undefined;
};

export type Appends = { find(sessionId: SessionId, seq: number): Append | undefined; noting(): Note };

/** Of one gateway. */
type Note = (tx: StoreWriter) => StoreWriter;

export function createAppends(clock: VirtualClock): Appends {
  const appends = new Map<string, Append>();

  function noting(): Note {
    let gatewayId: string | undefined;
    return (tx) => ({
      ...tx,
      putGateway: (row) => {
        gatewayId = row.id;
        return tx.putGateway(row);
      },
      insertEvents: async (id, events) => {
        const { leaseHolder: holder, generation, status } = (await tx.findSession(id)) ?? {};
        const isFree = !(await tx.listGateways()).some((gateway) => gateway.id === holder);
        const append = { at: clock.now, rightly: holder === gatewayId || isFree, generation, status };
        for (const { seq } of events) appends.set(`${id} ${seq}`, append);
        return tx.insertEvents(id, events);
      },
    });
  }

  return { find: (sessionId, seq) => appends.get(`${sessionId} ${seq}`), noting };
}
