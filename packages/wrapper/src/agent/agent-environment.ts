import { BROKER_PORT, TELEMETRY_PORT } from "@cc-docker/protocol";

import type { AgentConfig } from "./agent.ts";
import type { AgentUser } from "./agent-user.ts";

export const WORKSPACE = "/workspace";

/**
 * A day, or as long as Claude Code lets it be: the broker holds a call while the model's service limits it, and silence
 * of any other kind is watched for.
 */
const MODEL_CALL_MS = 86_400_000;

/**
 * All that the wrapper tells the agent's process; the SDK adds its own name and version. The key is no key: the broker
 * puts the real one in, outside.
 */
export function agentEnvironment({
  user,
  modelMaxRetries,
  goOn,
  tracing,
}: {
  user: AgentUser;
  modelMaxRetries: number;
  /** Whether the agent goes on by itself with the turn that its transcript leaves unfinished. */
  goOn: boolean;
  /** Whether it is to tell spans, and what those are below that it tells before its first prompt. */
  tracing: AgentConfig["tracing"];
}): Record<string, string> {
  return {
    HOME: user.home,
    USER: "agent",
    LOGNAME: "agent",
    SHELL: "/bin/bash",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "C.UTF-8",
    TERM: "dumb",
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${BROKER_PORT}`,
    ANTHROPIC_API_KEY: "the-gateway-holds-the-key",
    CLAUDE_CODE_MAX_RETRIES: String(modelMaxRetries),
    API_TIMEOUT_MS: String(MODEL_CALL_MS),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    ...TODOS,
    ...(user.uid === 0 && { IS_SANDBOX: "1" }), // Claude Code leaves tools to root in a sandbox only; this is one
    ...(goOn && { CLAUDE_CODE_RESUME_INTERRUPTED_TURN: "1" }),
    ...(tracing && TRACING),
    ...(tracing?.traceparent !== undefined && { TRACEPARENT: tracing.traceparent }),
  };
}

/**
 * Newer models get tools for todos only where somebody asks for them. Of the two kinds it is the one that tells the
 * whole list with each call: the other keeps it in files, which are gone with the container.
 */
const TODOS = { CLAUDE_CODE_ENABLE_TODO_TOOLS: "1", CLAUDE_CODE_ENABLE_TASKS: "0" } as const;

/** Spans and nothing else, to where the gateway listens for them. Prompts are left out of them unless this is told. */
const TRACING = {
  CLAUDE_CODE_ENABLE_TELEMETRY: "1",
  CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1",
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: "none",
  OTEL_LOGS_EXPORTER: "none",
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${TELEMETRY_PORT}`,
  OTEL_TRACES_EXPORT_INTERVAL: "1000",
} as const;
