/** Who may use which tool, in the options of the Agent SDK. */
import type { CanUseTool, Options, PermissionUpdate } from "@anthropic-ai/claude-agent-sdk";
import { isToolName, MAX_SUGGESTED_RULES, type SessionConfig, ToolRule, toolOf } from "@cc-docker/protocol";
import type { AgentHandlers } from "./agent.ts";

export type PermissionOptions = Pick<
  Options,
  | "permissionMode"
  | "allowDangerouslySkipPermissions"
  | "canUseTool"
  | "settingSources"
  | "tools"
  | "allowedTools"
  | "disallowedTools"
>;

const BARE_DENIAL = "The request was denied.";

export function permissionOptions(
  { permissionMode, allowedTools, disallowedTools }: SessionConfig,
  { planning, onQuestion }: { planning: boolean; onQuestion: AgentHandlers["onQuestion"] },
): PermissionOptions {
  const allowed = allowedTools?.includes("*") ? undefined : allowedTools;
  const denied = disallowedTools?.length ? disallowedTools : undefined;
  const isLimited = permissionMode === "ask" || allowed !== undefined || denied !== undefined;
  const rules: PermissionOptions = {
    settingSources: isLimited ? [] : ["user"], // the agent can write its user's settings: rules, and hooks that run commands
    ...(allowed && { tools: [...new Set(allowed.map(toolOf))] }), // others are not even offered
    ...(denied && { disallowedTools: denied }),
  };
  if (permissionMode === "ask")
    return { ...rules, permissionMode: planning ? "plan" : "default", canUseTool: askWith(onQuestion) };
  if (allowed?.some((rule) => !isToolName(rule))) return { ...rules, permissionMode: "dontAsk", allowedTools: allowed };
  return { ...rules, permissionMode: "bypassPermissions", allowDangerouslySkipPermissions: true };
}

function askWith(onQuestion: AgentHandlers["onQuestion"]): CanUseTool {
  return async (toolName, input, { signal, toolUseID: key, title, description, suggestions }) => {
    const suggestedRules = rulesIn(suggestions, toolName);
    const answer = await onQuestion({ key, toolName, input, title, description, suggestedRules }, signal);
    if (answer.decision === "allow") return { behavior: "allow", updatedInput: answer.updatedInput ?? input };
    return { behavior: "deny", message: answer.message ?? BARE_DENIAL };
  };
}

/** What Claude Code would allow of the tool for good, as far as it can be said in one rule. */
function rulesIn(suggestions: readonly PermissionUpdate[] = [], toolName: string): string[] {
  const suggested = suggestions.flatMap((one) =>
    one.type === "addRules" && one.behavior === "allow" ? one.rules.filter((rule) => rule.toolName === toolName) : [],
  );
  const rules = suggested.map(({ ruleContent }) => (ruleContent ? `${toolName}(${ruleContent})` : toolName));
  const usable = [...new Set(rules)].filter((rule) => ToolRule.safeParse(rule).success);
  return usable.slice(0, MAX_SUGGESTED_RULES);
}
