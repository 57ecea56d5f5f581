/** A session in full, as people read it. Pure. */
import type { Approval, Session, SessionStats } from "@cc-docker/protocol";
import { formatAge, formatBytes, formatCost, formatSeconds } from "./amounts.ts";
import { describeAsked } from "./describe-approval.ts";
import { type Field, formatFields } from "./fields.ts";

export type SessionReport = { session: Session; stats: SessionStats; approvals: readonly Approval[] };

/** @param now in milliseconds since 1970 */
export function describeSession({ session, stats, approvals }: SessionReport, now: number): string {
  const { usage, apiCalls, durationMs } = session.totals;
  const at = (time: string) => `${time} (${formatAge(now - Date.parse(time))} ago)`;
  const fields: Field[] = [
    ["session", session.id],
    ["status", describeStatus(session)],
    ...(session.name === undefined ? [] : [["name", session.name] as const]),
    ["directory", describeWorkspace(session)],
    ...forkOf(session),
    ["model", session.config.model ?? "Claude Code's own default"],
    ["mode", session.config.permissionMode ?? "bypass"],
    ...toolsOf(session),
    ["turns", `${session.turnCount}, ${apiCalls} calls of the model, ${formatSeconds(durationMs)}`],
    ["cost", formatCost(session.costUsd)],
    [
      "tokens",
      `${usage.inputTokens} in, ${usage.outputTokens} out, cache: ${usage.cacheReadTokens} read, ${usage.cacheCreationTokens} written`,
    ],
    ["container", describeUse(stats)],
    ["events", String(session.lastSeq)],
    ["created", at(session.createdAt)],
    ["updated", at(session.updatedAt)],
    ...(session.error ? [["hint", session.error.hint] as const] : []),
    ...approvals.flatMap((approval) => describeAsked(approval).map((line): Field => ["asks", line])),
  ];
  return formatFields(fields);
}

/** The status with what explains it: why it failed, or that it only idles. */
export function describeStatus({ status, parked, error }: Session): string {
  if (error) return `${status}: ${error.code}`;
  return parked ? `${status} (idle)` : status;
}

/** The directory of the host, or that the files are the session's own. */
export function describeWorkspace({ workspace }: Session): string {
  return workspace.type === "host" ? workspace.path : "(its own)";
}

function forkOf({ forkedFrom }: Session): Field[] {
  if (!forkedFrom) return [];
  const { sessionId, turnId } = forkedFrom;
  return [["fork of", turnId === undefined ? sessionId : `${sessionId}, up to turn ${turnId}`]];
}

function toolsOf({ allowedRules, config: { allowedTools, disallowedTools } }: Session): Field[] {
  return [
    ...(allowedTools ? [["tools", allowedTools.join(", ")] as const] : []),
    ...(disallowedTools ? [["not", disallowedTools.join(", ")] as const] : []),
    ...(allowedRules ? [["always", allowedRules.join(", ")] as const] : []),
  ];
}

function describeUse({ container }: SessionStats): string {
  if (!container) return "none";
  const { cpuPercent, memoryBytes, networkRxBytes, networkTxBytes } = container;
  const link = `link: ${formatBytes(networkRxBytes)} in, ${formatBytes(networkTxBytes)} out`;
  return `CPU ${cpuPercent.toFixed(1)} % of a core, memory ${formatBytes(memoryBytes)}, ${link}`;
}
