/** Drives Claude Code through the Agent SDK: the library owns the CLI's control protocol, we own its process. */

import type { UUID } from "node:crypto";
import type { Options, Query, SDKUserMessage, SessionStore } from "@anthropic-ai/claude-agent-sdk";
import type { AgentSessionId, ApprovalAnswer, TranscriptEntry, TurnId } from "@cc-docker/protocol";
import type { Agent, AgentConfig, AgentHandlers, AgentMessage, StartAgent } from "./agent.ts";
import { agentEnvironment, WORKSPACE } from "./agent-environment.ts";
import { openHome, toAgentUser } from "./agent-user.ts";
import { createAllowedRules } from "./allowed-rules.ts";
import { spawnEarly } from "./early-spawn.ts";
import { permissionOptions } from "./permissions.ts";
import { createPromptQueue } from "./prompt-queue.ts";
import { createStandStill } from "./stand-still.ts";
import { restoreTranscript } from "./transcript-files.ts";

/** Loading the SDK takes longer than opening the socket, so it is done beside it. */
const sdk = () => import("@anthropic-ai/claude-agent-sdk");

/** An idle agent that has nothing more to read is gone by then. */
const ASK_AFTER_MS = 300;

export const startClaudeAgent: StartAgent = (config, handlers) => {
  const prompts = createPromptQueue<SDKUserMessage>();
  const user = toAgentUser(config.user);
  const stillness = createStandStill(user.uid);
  openHome(user);
  const rules = createAllowedRules(config.allowedRules);
  const options = queryOptions(config, { ...handlers, onQuestion });
  if (config.resume) restoreTranscript(user, config.resume);
  const early = spawnEarly(options, user);
  let messages: Query | undefined;
  let closing = false;
  const ended = run().catch((error: unknown) => exited(error));

  async function run(): Promise<void> {
    const { query } = await sdk();
    messages = query({ prompt: prompts.iterate(), options: { ...options, spawnClaudeCodeProcess: early.take } });
    rules.speakTo(messages);
    await Promise.all([announceReady(messages, handlers), forward(messages, onMessage)]);
    exited(undefined);
  }

  /** What an answer allows for good holds before what was asked for runs. */
  async function onQuestion(...asked: Parameters<AgentHandlers["onQuestion"]>): Promise<ApprovalAnswer> {
    const answer = await handlers.onQuestion(...asked);
    await rules.heeded();
    return answer;
  }

  function onMessage(message: AgentMessage): void {
    if (message.type === "user") early.agent.toolEnded();
    handlers.onMessage(message);
  }

  function exited(error: unknown): void {
    if (closing) return;
    const told = error instanceof Error ? error.message : "its output ended";
    const { reason, detail = told } = early.agent.whyEnded() ?? {};
    handlers.onExit({
      ...(reason && { reason }),
      detail: `${detail}\n${early.agent.stderrTail()}`.trim().slice(0, 8000),
    });
  }

  function interrupt(): void {
    void messages?.interrupt().catch(() => undefined); // a process that has ended says so itself
  }

  function prompt(turnId: TurnId, text: string, traceparent?: string): void {
    stillness.goOn();
    if (traceparent !== undefined) placeNextTurn(traceparent);
    prompts.push(toUserMessage(turnId, text));
  }

  /** Claude Code reads it anew for each prompt; what is asked of it before a prompt is done before it. */
  function placeNextTurn(traceparent: string): void {
    void messages?.applyFlagSettings({ env: { TRACEPARENT: traceparent } }).catch(() => undefined);
  }

  async function close(graceMs: number): Promise<void> {
    closing = true;
    stillness.goOn();
    prompts.end();
    const timers = [
      setTimeout(() => early.agent.process.kill("SIGTERM"), ASK_AFTER_MS), // in the midst of a turn the end of input is not enough
      setTimeout(() => early.agent.process.kill("SIGKILL"), graceMs),
    ];
    await ended;
    await early.agent.exited;
    timers.forEach(clearTimeout);
  }

  const { stop: park, goOn: unpark } = stillness;
  return {
    prompt,
    interrupt,
    allow: rules.allow,
    park,
    unpark,
    get isParked() {
      return stillness.isStopped;
    },
    close,
  } satisfies Agent;
};

async function announceReady(messages: Query, handlers: AgentHandlers): Promise<void> {
  await messages.initializationResult();
  handlers.onReady();
}

async function forward(messages: Query, onMessage: AgentHandlers["onMessage"]): Promise<void> {
  for await (const message of messages) onMessage(message as AgentMessage);
}

/** The turn's id is the message's: Claude Code keeps it in the transcript, so that a repeated prompt is recognised. */
function toUserMessage(turnId: TurnId, text: string): SDKUserMessage {
  return {
    type: "user",
    uuid: turnId as string as UUID,
    parent_tool_use_id: null,
    message: { role: "user", content: text },
  };
}

/** At most the user's own settings count: a repository's may redirect the model or run hooks. */
export function queryOptions(
  config: AgentConfig,
  { onTranscript, onQuestion }: Pick<AgentHandlers, "onTranscript" | "onQuestion">,
): Options {
  const { user, model, systemPrompt, modelMaxRetries, tracing, resume } = config;
  return {
    pathToClaudeCodeExecutable: "/usr/local/bin/claude",
    cwd: WORKSPACE,
    env: agentEnvironment({
      user: toAgentUser(user),
      modelMaxRetries,
      goOn: resume?.unfinishedTurn !== undefined,
      tracing,
    }),
    ...permissionOptions(config, { planning: resume?.planning === true, onQuestion }),
    strictMcpConfig: true,
    includePartialMessages: true,
    systemPrompt: { type: "preset", preset: "claude_code", ...(systemPrompt && { append: systemPrompt }) },
    sessionStore: mirrorTo(onTranscript),
    sessionStoreFlush: "eager", // a turn's last words are in the transcript before its result is told
    ...(model && { model }),
    ...(resume && { resume: resume.agentSessionId }),
  };
}

/** The files are what Claude Code reads; we put them there ourselves, under the agent's own user. */
function mirrorTo(onTranscript: AgentHandlers["onTranscript"]): SessionStore {
  return {
    append: async ({ sessionId, subpath }, entries) => {
      onTranscript({
        agentSessionId: sessionId as AgentSessionId,
        ...(subpath !== undefined && { subpath }),
        entries: entries as TranscriptEntry[],
      });
    },
    load: async () => null,
  };
}
