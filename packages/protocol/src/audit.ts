import { z } from "zod";
import { SessionId } from "./ids.ts";

/** The outcome of what was done; of what was refused it is the error's code. */
export const AUDIT_OK = "ok";

export const AuditEntry = z
  .object({
    at: z.iso.datetime().describe("When it was done."),
    action: z.string().describe("The call by its path, such as `sessions.stop`."),
    outcome: z.string().describe("`ok`, or the code of the error that it was refused with."),
    sessionId: SessionId.optional().describe("The session that it was done to, or that it made."),
    targetId: z.string().optional().describe("Which turn or approval of it, or which fork was made of it."),
    requestId: z.string().describe("The request's id, as in the header `x-request-id` and in the gateway's log."),
    remoteAddress: z
      .string()
      .optional()
      .describe("Of who sent the request, as the gateway sees it: behind a proxy, the proxy's."),
    omitted: z
      .int()
      .optional()
      .describe("So many calls before this one, refused or without effect, were too many at a time to be kept."),
    hash: z.string().describe("Unlike any other entry's: it covers this entry and all before it."),
  })
  .describe("What somebody did, or was refused to do, as the audit log keeps it: names and ids, never what was said.");
export type AuditEntry = z.infer<typeof AuditEntry>;
