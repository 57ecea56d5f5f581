/**
 * Claude Code needs longer to start than the SDK to load, so both begin at once: the process is started with what the
 * pinned SDK is going to ask for, and handed over when it does. Should it ask for something else, it gets that.
 */
import { isDeepStrictEqual } from "node:util";
import type { Options, SpawnedProcess, SpawnOptions } from "@anthropic-ai/claude-agent-sdk";
import type { AgentUser } from "./agent-user.ts";
import type { PermissionOptions } from "./permissions.ts";
import { type SpawnedAgent, spawnAsAgent } from "./spawn-as-agent.ts";

/** The SDK tells its process. The test turns red when the pinned SDK is another. */
const SDK_VERSION = "0.3.329";

type Wanted = Pick<SpawnOptions, "command" | "args" | "cwd" | "env">;
export type ForeseenOptions = Pick<Options, "model" | "resume" | "pathToClaudeCodeExecutable" | "cwd" | "env"> &
  PermissionOptions;

/** What the SDK asks for, given the options of `claude-agent.ts`. A test compares it with the SDK itself. */
export function foresee({
  model,
  resume,
  pathToClaudeCodeExecutable,
  cwd,
  env,
  ...permissions
}: ForeseenOptions): Wanted {
  const { permissionMode, canUseTool, allowedTools, disallowedTools, tools, settingSources } = permissions;
  return {
    command: String(pathToClaudeCodeExecutable),
    args: [
      ...["--output-format", "stream-json", "--verbose", "--input-format", "stream-json"],
      ...(model ? [`--model=${model}`] : []),
      ...(canUseTool ? ["--permission-prompt-tool=stdio"] : []),
      ...(resume ? [`--resume=${resume}`] : []),
      ...(allowedTools?.length ? [`--allowedTools=${allowedTools.join(",")}`] : []),
      ...(disallowedTools?.length ? [`--disallowedTools=${disallowedTools.join(",")}`] : []),
      ...(Array.isArray(tools) ? [`--tools=${tools.join(",")}`] : []),
      `--setting-sources=${(settingSources ?? []).join(",")}`,
      ...["--strict-mcp-config", `--permission-mode=${permissionMode}`],
      ...(permissions.allowDangerouslySkipPermissions ? ["--allow-dangerously-skip-permissions"] : []),
      ...["--include-partial-messages", "--session-mirror"],
    ],
    cwd: String(cwd),
    env: {
      ...env,
      CLAUDE_CODE_ENTRYPOINT: "sdk-ts",
      CLAUDE_AGENT_SDK_VERSION: SDK_VERSION,
      CLAUDE_CODE_SDK_READS_SESSION_STATE: "1",
    },
  };
}

export type EarlySpawn = {
  /** For the SDK's `spawnClaudeCodeProcess`. */
  take(asked: SpawnOptions): SpawnedProcess;
  /** The process in use. */
  readonly agent: SpawnedAgent;
};

export function spawnEarly(options: ForeseenOptions, user: AgentUser): EarlySpawn {
  const foreseen = foresee(options);
  let agent = spawnAsAgent(foreseen, user);

  function take(asked: SpawnOptions): SpawnedProcess {
    if (!agent.isAlive() || !isForeseen(asked)) {
      agent.process.kill("SIGKILL");
      agent = spawnAsAgent(asked, user);
    }
    asked.signal.addEventListener("abort", () => agent.process.kill("SIGKILL"));
    return agent.process;
  }

  function isForeseen({ command, args, cwd, env }: SpawnOptions): boolean {
    return isDeepStrictEqual({ command, args, cwd, env: { ...env } }, foreseen);
  }

  return {
    take,
    get agent() {
      return agent;
    },
  };
}
