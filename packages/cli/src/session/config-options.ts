/** The options by which `run` and `chat` choose what their new session is like. */
import { PERMISSION_MODES, type SessionConfig } from "@cc-docker/protocol";
import { Option } from "commander";

type Mode = (typeof PERMISSION_MODES)[number];

export type ConfigInput = { model?: string; system?: string; tools?: string[]; mode?: Mode };

/** @param mode what the command takes when `--mode` is not given */
export function configOptions(mode: Mode): Option[] {
  return [
    new Option("--model <name>", "model name or alias, such as opus or sonnet"),
    new Option("--system <text>", "text added to Claude Code's system prompt"),
    new Option(
      "--tools <tools>",
      'only these tools, with commas between them or repeated: Read,Grep,"Bash(git *)"; all when absent',
    ).argParser(addTools),
    new Option(
      "--mode <mode>",
      `ask: the agent asks before it changes something; bypass: it does not ask; ${mode} when absent`,
    ).choices(PERMISSION_MODES),
  ];
}

export function toConfig({ model, system: systemPrompt, tools: allowedTools, mode }: ConfigInput): SessionConfig {
  return {
    ...(model !== undefined && { model }),
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(allowedTools !== undefined && { allowedTools }),
    ...(mode === "ask" && { permissionMode: mode }),
  };
}

/** Whether any of the options is given. */
export function isConfigured({ model, system, tools, mode }: ConfigInput): boolean {
  return [model, system, tools, mode].some((value) => value !== undefined);
}

/** What a rule is made of holds no comma. */
function addTools(text: string, before: string[] = []): string[] {
  const tools = text.split(",").map((tool) => tool.trim());
  return [...before, ...tools.filter((tool) => tool !== "")];
}
