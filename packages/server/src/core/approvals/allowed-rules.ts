/**
 * What a session's owner has allowed for good, in Claude Code's own words. Claude Code reads them; here they are kept,
 * on the session's row.
 */
import { type ApprovalAnswer, CcError, MAX_ALLOWED_RULES, toolOf } from "@cc-docker/protocol";
import type { ApprovalRow } from "../../ports/store/store.ts";
import type { SessionChange } from "../sessions/session-draft.ts";

/**
 * A rule goes with what it is about, as whoever answers sees it.
 * @throws CcError REQUEST_INVALID
 */
export function checkRule({ kind, toolName }: ApprovalRow, { rule }: ApprovalAnswer): void {
  if (rule === undefined || (kind === "tool" && toolOf(rule) === toolName)) return;
  const wanted = kind === "tool" ? `a rule of ${toolName}, such as ${toolName} itself` : "no rule";
  throw new CcError(
    "REQUEST_INVALID",
    `"${rule}" cannot be the rule of this answer: ${toolName} is asked about, which takes ${wanted}.`,
  );
}

/** @throws CcError ALLOWED_RULES_FULL */
export function addRule({ session, patch }: SessionChange, rule: string): void {
  const { id, allowedRules = [] } = session;
  if (allowedRules.includes(rule)) return;
  if (allowedRules.length >= MAX_ALLOWED_RULES)
    throw new CcError(
      "ALLOWED_RULES_FULL",
      `Session ${id} has ${allowedRules.length} rules by answers, the most there may be.`,
    );
  patch({ allowedRules: [...allowedRules, rule] });
}

/**
 * Withdraws all rules but these. The agent is told at once, and its next one, too.
 * @throws CcError REQUEST_INVALID when one is not in force: rules come by answers alone
 */
export function keepRules({ session, patch, ring }: SessionChange, kept: readonly string[]): void {
  const { id, allowedRules = [] } = session;
  const unknown = kept.find((rule) => !allowedRules.includes(rule));
  if (unknown !== undefined)
    throw new CcError(
      "REQUEST_INVALID",
      `"${unknown}" is not among the allowedRules of session ${id}: an answer to an approval adds a rule, this only withdraws some.`,
    );
  const left = allowedRules.filter((rule) => kept.includes(rule));
  if (left.length === allowedRules.length) return;
  patch({ allowedRules: left.length > 0 ? left : undefined });
  ring();
}
