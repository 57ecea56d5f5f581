import { z } from "zod";
import { SessionId } from "./ids.ts";

/** The outcome of what was done; of what was refused it is the error's code. */
export const AUDIT_OK = "ok";

/** What somebody did, or was refused to do, as the audit log keeps it: names and ids, never what was said. */
export const AuditEntry = z.object({
  at: z.iso.datetime(),
  /** The call by its path, such as `sessions.stop`. */
  action: z.string(),
  /** `ok`, or the code of the error that it was refused with. */
  outcome: z.string(),
  /** The session that it was done to, or that it made. */
  sessionId: SessionId.optional(),
  /** Which turn or approval of it, or which fork was made of it. */
  targetId: z.string().optional(),
  requestId: z.string(),
  /** Of who sent the request, as the gateway sees it: behind a proxy, the proxy's. */
  remoteAddress: z.string().optional(),
  /** So many refusals before this one were too many at a time to be kept. */
  omitted: z.int().optional(),
  /** Unlike any other entry's: it covers this entry and all before it. */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
