import { CcError, isToolName, type SessionConfig } from "@cc-docker/protocol";

/**
 * In `ask` mode Claude Code asks for what no rule allows, so a rule for some uses of a tool would not keep the others
 * out, only ask about them.
 * @throws CcError TOOL_RULE_UNENFORCEABLE
 */
export function checkToolRules({ permissionMode, allowedTools = [] }: SessionConfig): void {
  const rule = permissionMode === "ask" ? allowedTools.find((one) => !isToolName(one)) : undefined;
  if (rule === undefined || allowedTools.includes("*")) return;
  throw new CcError(
    "TOOL_RULE_UNENFORCEABLE",
    `allowedTools has "${rule}", which says what ${rule.split("(")[0]} may be used for: in "ask" mode that is not enforced.`,
  );
}
