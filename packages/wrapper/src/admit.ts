import { MAX_AGENT_MESSAGE_BYTES, MAX_TYPE_LENGTH } from "@cc-docker/protocol";
import type { AgentMessage } from "./agent/agent.ts";

/**
 * What the link cannot carry would be refused for ever and hold up all that follows: its kind and size go out instead.
 * The agent's process is the agent's: what it says may be anything.
 */
export function admit(message: AgentMessage): AgentMessage {
  const bytes = Buffer.byteLength(JSON.stringify(message));
  const named = typeof message.type === "string" && message.type.length <= MAX_TYPE_LENGTH;
  if (named && bytes <= MAX_AGENT_MESSAGE_BYTES) return message;
  return { type: named ? message.type : "unknown", truncated: true, bytes };
}
