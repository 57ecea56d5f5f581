import { MAX_AGENT_MESSAGE_BYTES, MAX_TYPE_LENGTH, type OutboxItem } from "@cc-docker/protocol";

/**
 * The item as it travels. What the link cannot carry would be refused for ever and hold up all that follows: its kind
 * and size go out instead. The agent's process is the agent's: what it says may be anything.
 */
export function encodeItem(item: OutboxItem): string {
  const json = JSON.stringify(item);
  if (item.kind !== "agent") return json;
  const { type }: { type: unknown } = item.message;
  const bytes = Buffer.byteLength(json);
  const named = typeof type === "string" && type.length <= MAX_TYPE_LENGTH;
  if (named && bytes <= MAX_AGENT_MESSAGE_BYTES) return json;
  return JSON.stringify({ ...item, message: { type: named ? type : "unknown", truncated: true, bytes } });
}
