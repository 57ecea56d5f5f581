/** From what a person types to the id of what an agent asks. */
import type { Client } from "@cc-docker/client";
import { type Approval, type ApprovalId, CcError } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { findSession } from "./find-session.ts";
import { isWholeId, pickId } from "./pick-id.ts";

export type ApprovalName = { approval?: string | undefined; session?: string | undefined };

const PAGE = 200;
const MOST_NAMED = 5;
const KIND = { noun: "open question", notFound: "APPROVAL_NOT_FOUND" } as const;

/**
 * The one that is named, among those of `session` if that is given; else the only open one, of `session` or of the
 * session of the current directory.
 * @throws CcError APPROVAL_NOT_FOUND, REQUEST_INVALID when it is not clear which is meant; what `findSession` throws
 */
export async function findApproval(
  client: Client,
  { approval, session }: ApprovalName,
  where: Pick<Io, "cwd" | "signal">,
): Promise<ApprovalId> {
  if (approval !== undefined && isWholeId(approval)) return approval.toLowerCase() as ApprovalId;
  const isAny = approval !== undefined && session === undefined;
  const of = isAny ? {} : { sessionId: await findSession(client, session, where) };
  const open = await listOpenApprovals(client, of, where.signal);
  return approval === undefined
    ? pickOnly(open)
    : pickId(
        open.map(({ id }) => id),
        approval,
        KIND,
      );
}

/** What waits for an answer, newest first: of one session, or of all. */
export async function listOpenApprovals(
  client: Client,
  of: { sessionId?: string },
  signal: AbortSignal,
): Promise<Approval[]> {
  const found: Approval[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.approvals.list.query({ ...of, state: "open", limit: PAGE, cursor }, { signal });
    found.push(...page.approvals);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

function pickOnly(open: readonly Approval[]): ApprovalId {
  const [first, second] = open;
  if (first === undefined) throw new CcError("APPROVAL_NOT_FOUND", "Its agent asks nothing just now.");
  if (second === undefined) return first.id;
  const some = open.slice(0, MOST_NAMED).map(({ id, toolName, sessionId }) => `${id} (${toolName} in ${sessionId})`);
  throw new CcError("REQUEST_INVALID", `${open.length} questions are open; name one: ${some.join(", ")}.`);
}
