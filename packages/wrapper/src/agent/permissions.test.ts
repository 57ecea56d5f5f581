import type { PermissionUpdate } from "@anthropic-ai/claude-agent-sdk";
import { expect, it } from "vitest";
import type { AgentQuestion } from "./agent.ts";
import { permissionOptions } from "./permissions.ts";

const added = (...rules: { toolName: string; ruleContent?: string }[]): PermissionUpdate => ({
  type: "addRules",
  behavior: "allow",
  destination: "localSettings",
  rules,
});
const bash = (ruleContent?: string) => ({ toolName: "Bash", ...(ruleContent !== undefined && { ruleContent }) });

/** What is asked of the gateway when Claude Code asks with these suggestions. */
async function ask(suggestions: PermissionUpdate[] | undefined) {
  const asked: AgentQuestion[] = [];
  const onQuestion = async (question: AgentQuestion) => {
    asked.push(question);
    return { decision: "deny" } as const;
  };
  const { canUseTool } = permissionOptions({ permissionMode: "ask" }, { planning: false, onQuestion });
  const { signal } = new AbortController();
  await canUseTool?.("Bash", { command: "ls" }, { signal, toolUseID: "k", suggestions } as never);
  return asked[0]?.suggestedRules;
}

it.each<[string, PermissionUpdate[] | undefined, string[]]>([
  ["nothing", undefined, []],
  ["a mode and a directory", [{ type: "setMode", mode: "acceptEdits", destination: "session" }], []],
  ["the tool", [added(bash())], ["Bash"]],
  ["uses of it, each once", [added(bash("ls *"), bash("cd *")), added(bash("ls *"))], ["Bash(ls *)", "Bash(cd *)"]],
  ["another tool", [added({ toolName: "Read", ruleContent: "//etc/**" })], []],
  ["what a list of rules cannot hold", [added(bash("a, b"), bash("f()"), bash("x\ny"), bash("x".repeat(500)))], []],
  [
    "more than anybody reads",
    [added(...[1, 2, 3, 4, 5, 6].map((n) => bash(`${n}`)))],
    [1, 2, 3, 4, 5].map((n) => `Bash(${n})`),
  ],
])("of what Claude Code suggests, %s becomes the rules that fit", async (_, suggestions, expected) => {
  expect(await ask(suggestions)).toEqual(expected);
});
