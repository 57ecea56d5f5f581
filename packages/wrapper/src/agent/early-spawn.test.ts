import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { query, type SpawnOptions } from "@anthropic-ai/claude-agent-sdk";
import { AgentSessionId, TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import type { AgentConfig } from "./agent.ts";
import { queryOptions } from "./claude-agent.ts";
import { foresee } from "./early-spawn.ts";

/** What the real SDK asks its host to start; nothing is started. */
async function askOfSdk(options: ReturnType<typeof queryOptions>): Promise<SpawnOptions> {
  const { promise, resolve } = Promise.withResolvers<SpawnOptions>();
  const process = Object.assign(new EventEmitter(), {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    killed: false,
    exitCode: null,
    kill: () => true,
  });
  const spawnClaudeCodeProcess = (asked: SpawnOptions) => {
    resolve(asked);
    return process;
  };
  const messages = query({ prompt: (async function* () {})(), options: { ...options, spawnClaudeCodeProcess } });
  const asked = await promise;
  process.stdout.end();
  messages.close();
  return asked;
}

const AGENT_SESSION = AgentSessionId.parse(randomUUID());
const TURN = TurnId.parse(randomUUID());

describe("the process that is started early", () => {
  it.each([
    { modelMaxRetries: 10 },
    { modelMaxRetries: 0, model: "opus" },
    { modelMaxRetries: 0, user: { uid: 0, gid: 0 } },
    { modelMaxRetries: 1, tracing: {} },
    { modelMaxRetries: 1, tracing: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } },
    { modelMaxRetries: 1, systemPrompt: "Be brief." },
    { modelMaxRetries: 1, model: "opus", resume: { agentSessionId: AGENT_SESSION, transcript: [] } },
    { modelMaxRetries: 1, resume: { agentSessionId: AGENT_SESSION, unfinishedTurn: TURN, transcript: [] } },
    { modelMaxRetries: 1, model: "opus", permissionMode: "ask", allowedTools: ["*"] },
    {
      modelMaxRetries: 1,
      permissionMode: "ask",
      allowedTools: ["Bash", "Read"],
      disallowedTools: ["Bash(rm *)", "Write"],
    },
    { modelMaxRetries: 1, permissionMode: "bypass", allowedTools: ["Bash(git *)", "Read"], disallowedTools: [] },
    { modelMaxRetries: 1, allowedTools: [], disallowedTools: ["Write"] },
    {
      modelMaxRetries: 1,
      permissionMode: "ask",
      resume: { agentSessionId: AGENT_SESSION, unfinishedTurn: TURN, planning: true, transcript: [] },
    },
  ] satisfies AgentConfig[])("is the one that the SDK asks for: %j", async (config) => {
    const options = queryOptions(config, {
      onTranscript: () => undefined,
      onQuestion: async () => ({ decision: "deny" }),
    });
    const { command, args, cwd, env } = await askOfSdk(options);
    expect(foresee(options)).toEqual({ command, args, cwd, env });
  });
});
