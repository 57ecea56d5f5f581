/** A database of so many sessions, and a log of so many events, written through the Store. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionId } from "@cc-docker/protocol";
import { dataPaths } from "@cc-docker/server";
import { openSqliteStore } from "@cc-docker/server/store";
import { OWNER } from "./start-gateway.ts";

export type Store = Awaited<ReturnType<typeof openSqliteStore>>;
export type FilledStore = AsyncDisposable & {
  size: number;
  dataDir: string;
  store: Store;
  owner: string;
  /** Some of its sessions, from all over its life. */
  ids: SessionId[];
  /** The session with the log. */
  talker: SessionId;
};

type Row = Parameters<Parameters<Parameters<Store["write"]>[0]>[0]["insertSession"]>[0];

const ROWS_A_COMMIT = 5000;
/** So many are at work at a time. */
const KEPT_IDS = 100;
/** About what a token delta takes. */
const EVENT_TEXT = "x".repeat(300);

export async function fillStore(size: number, signal: AbortSignal): Promise<FilledStore> {
  await using opening = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "cc-docker-bench-"));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const store = opening.use(await openSqliteStore({ path: dataPaths(dataDir).database }));
  const ids: SessionId[] = [];
  for (let from = 0; from < size; from += ROWS_A_COMMIT) {
    signal.throwIfAborted();
    const rows = Array.from({ length: Math.min(ROWS_A_COMMIT, size - from) }, () => sessionRow(0));
    await store.write(async (tx) => {
      for (const row of rows) await tx.insertSession(row);
    });
    ids.push(...rows.filter((_, index) => (from + index) % Math.max(1, size / KEPT_IDS) === 0).map(({ id }) => id));
  }
  const talker = await fillLog(store, size, signal);
  const stack = opening.move();
  return { size, dataDir, store, owner: OWNER, ids, talker, [Symbol.asyncDispose]: async () => stack.disposeAsync() };
}

async function fillLog(store: Store, size: number, signal: AbortSignal): Promise<SessionId> {
  const row = sessionRow(size);
  await store.write((tx) => tx.insertSession(row));
  for (let from = 0; from < size; from += ROWS_A_COMMIT) {
    signal.throwIfAborted();
    const count = Math.min(ROWS_A_COMMIT, size - from);
    const events = Array.from({ length: count }, (_, index) => eventRow(row.id, from + index + 1));
    await store.write((tx) => tx.insertEvents(row.id, events));
  }
  return row.id;
}

export function eventRow(sessionId: SessionId, seq: number): { seq: number; json: string } {
  return { seq, json: `{"seq":${seq},"sessionId":"${sessionId}","type":"agent.text","data":"${EVENT_TEXT}"}` };
}

/** At rest, as nearly all sessions of a large database are. */
function sessionRow(lastSeq: number): Row {
  const now = new Date().toISOString();
  const counts = { generation: 1, outboxAcked: lastSeq, turnCount: 1, costUsd: 0.1, agentCostUsd: 0.1, leaseFence: 0 };
  const life = { status: "stopped", config: {}, createdAt: now, updatedAt: now, deleted: false } as const;
  const free = { crashes: 0, openApprovals: 0 };
  return { id: randomUUID() as SessionId, owner: OWNER, lastSeq, ...counts, ...life, ...free };
}
