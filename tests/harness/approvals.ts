/** Sessions that ask, and what they ask. */
import type { Approval, Client } from "@cc-docker/client";
import { runInside } from "./engine.ts";
import { waitUntil } from "./wait-until.ts";

const DEADLINE_MS = 60_000;

/** The newest open question of the session, once there are so many. */
export async function untilAsked(client: Client, sessionId: string, count = 1): Promise<Approval> {
  return waitUntil(
    async () => {
      const { approvals } = await client.approvals.list.query({ sessionId, state: "open" });
      return approvals.length === count ? approvals[0] : undefined;
    },
    { what: `${count} open approvals of session ${sessionId}`, deadlineMs: DEADLINE_MS },
  );
}

export async function untilClosed(client: Client, approvalId: string): Promise<Approval> {
  return waitUntil(
    async () => {
      const approval = await client.approvals.get.query({ approvalId });
      return approval.state === "open" ? undefined : approval;
    },
    { what: `approval ${approvalId} to be closed`, deadlineMs: DEADLINE_MS },
  );
}

/** A file of the workspace; empty when there is none. */
export async function readWorkspace(sessionId: string, name: string): Promise<string> {
  return (await runInside(sessionId, `cat /workspace/${name} 2>/dev/null || true`)).stdout;
}
