/** All that is left when a world has come to rest, for the invariants to judge. */
import { Event, type SessionId, type TurnId } from "@cc-docker/protocol";
import type { ApprovalRow, SessionRow, TurnRow } from "../../../ports/store/store.ts";
import { OWNER, type Stage } from "../plan/stage.test-helper.ts";

export type Findings = {
  stage: Stage;
  sessions: SessionRow[];
  logs: Map<SessionId, Event[]>;
  /** Of each turn that a log or an answer names, if there is a row. */
  turns: Map<TurnId, TurnRow>;
  approvals: ApprovalRow[];
};

const EVERYTHING = { after: 0, limit: 1_000_000, maxBytes: 1e9 };

export async function collectFindings(stage: Stage): Promise<Findings> {
  const { store } = stage.world;
  const listed = await store.listSessions({ owner: OWNER, limit: 1000 });
  const unsettled = await store.listUnsettledSessions();
  const sessions = [...listed, ...unsettled.filter(({ deleted }) => deleted)];
  const logs: Findings["logs"] = new Map();
  for (const { id } of sessions) {
    const rows = await store.readEvents(id, EVERYTHING);
    logs.set(
      id,
      rows.map(({ json }) => Event.parse(JSON.parse(json))),
    );
  }
  const named = [...logs.values()].flat().flatMap(({ turnId }) => turnId ?? []);
  const answered = stage.ledger.prompts.flatMap(({ answers }) => [...answers]);
  const turns: Findings["turns"] = new Map();
  for (const id of new Set([...named, ...answered])) {
    const row = await store.findTurn(id);
    if (row) turns.set(id, row);
  }
  const approvals = await store.listApprovals({ owner: OWNER, limit: 100_000 });
  return { stage, sessions, logs, turns, approvals };
}
