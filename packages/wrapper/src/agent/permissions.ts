/** Who may use which tool, in the options of the Agent SDK. */
import type { CanUseTool, Options } from "@anthropic-ai/claude-agent-sdk";
import { isToolName, type SessionConfig } from "@cc-docker/protocol";
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

function toolOf(rule: string): string {
  return rule.split("(")[0] as string;
}

function askWith(onQuestion: AgentHandlers["onQuestion"]): CanUseTool {
  return async (toolName, input, { signal, toolUseID: key, title, description }) => {
    const answer = await onQuestion({ key, toolName, input, title, description }, signal);
    if (answer.decision === "allow") return { behavior: "allow", updatedInput: answer.updatedInput ?? input };
    return { behavior: "deny", message: answer.message ?? BARE_DENIAL };
  };
}
