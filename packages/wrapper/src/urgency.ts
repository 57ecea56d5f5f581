import type { NewItem } from "./outbox.ts";

/** What a person waits for. The rest says that something is about to come or has ended, and goes along with it. */
const URGENT_MESSAGES = new Set(["assistant", "user", "result"]);

/**
 * Whether the item must leave at once. A message apiece for each small announcement would cost the gateway a commit
 * apiece, just while the agent needs the processor for the answer.
 */
export function isUrgent(item: NewItem): boolean {
  if (item.kind === "transcript") return false; // nobody waits for it, and a result takes it along
  if (item.kind !== "agent") return true;
  const { type, event } = item.message as { type: string; event?: { type?: unknown } };
  return URGENT_MESSAGES.has(type) || (type === "stream_event" && event?.type === "content_block_delta");
}
