import { randomUUID } from "node:crypto";
import type { SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import type { SessionRow } from "../../ports/store/store.ts";
import { openTestCore, refused } from "../core.test-helper.ts";
import { createLeases } from "./leases.ts";

async function openLeases(gatewayId = "a") {
  const t = await openTestCore({ isShared: true });
  const id = await t.openSession();
  await t.store.write(async (tx) => {
    for (const { id: other } of await tx.listGateways()) await tx.deleteGateway(other);
    await tx.putGateway({ id: gatewayId, beat: 0 });
  });
  const lost: SessionId[] = [];
  const leases = createLeases({ gatewayId, store: t.store, onLost: (one) => void lost.push(one) });
  const row = async () => (await t.store.findSession(id)) as SessionRow;
  return { t, id, leases, lost, row };
}

describe("the leases of a gateway", () => {
  it("count up by one with each change of holder, and not while it stays the same", async () => {
    const { leases, row } = await openLeases();
    const before = (await row()).leaseFence;
    await leases.take([await row()]);
    await leases.take([await row()]);
    expect(await row()).toMatchObject({ leaseHolder: "a", leaseFence: before + 1 });
  });

  it("leave a session to a holder that lives", async () => {
    const { t, id, leases, row } = await openLeases();
    await t.store.write(async (tx) => {
      await tx.putGateway({ id: "b", beat: 0 });
      await tx.updateSession(id, { leaseHolder: "b", leaseFence: 7 });
    });
    await leases.take([await row()]);
    expect(leases.holds(id)).toBe(false);
    expect(await row()).toMatchObject({ leaseHolder: "b", leaseFence: 7 });
  });

  it("are not given up for a row that was read before the session was taken", async () => {
    const { id, leases, lost, row } = await openLeases();
    const stale = await row();
    await leases.take([stale]);
    expect(leases.learn(stale)).toBe(true);
    expect([leases.holds(id), lost]).toEqual([true, []]);
  });

  it("are not given up for a refusal from before the session was taken again", async () => {
    const { id, leases, lost, row } = await openLeases();
    await leases.take([await row()]);
    const fence = leases.findFence(id) ?? 0;
    leases.learn({ ...(await row()), leaseFence: fence + 2 });
    leases.letGo(id, fence);
    expect([leases.holds(id), lost]).toEqual([true, []]);
  });

  it("are refused by the fence, also where the holder is the same again", async () => {
    const { id, leases, row } = await openLeases();
    await leases.take([await row()]);
    const fence = leases.findFence(id) ?? 0;
    const again = { ...(await row()), leaseFence: fence + 2 };
    expect(() => leases.check(again, fence)).toThrow(expect.objectContaining(refused("LEASE_LOST")));
    expect(() => leases.check(again, undefined)).toThrow(expect.objectContaining(refused("LEASE_LOST")));
    expect(() => leases.check(again, fence + 2)).not.toThrow();
  });

  it("are found out about all at once when the gateway was taken for dead", async () => {
    const { t, id, leases, lost, row } = await openLeases();
    const [kept, gone] = [await t.openSession(), await t.openSession()];
    const rows = await Promise.all([kept, gone].map((one) => t.store.findSession(one)));
    await leases.take([await row(), ...(rows as SessionRow[])]);
    await t.store.write(async (tx) => {
      await tx.updateSession(id, { leaseHolder: "b", leaseFence: 99 });
      await tx.deleteSession(gone);
    });
    await leases.doubt();
    expect(lost).toEqual([id]);
    expect([leases.holds(kept), leases.holds(gone)]).toEqual([true, false]);
  });

  it("cannot be taken of a session that is gone", async () => {
    const { leases, row } = await openLeases();
    const id = randomUUID() as SessionId;
    await leases.take([{ ...(await row()), id }]);
    expect(leases.holds(id)).toBe(false);
  });
});
