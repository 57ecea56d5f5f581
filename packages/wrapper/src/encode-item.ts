import { MAX_AGENT_MESSAGE_BYTES, MAX_TYPE_LENGTH, OutboxItem, TranscriptEntry } from "@cc-docker/protocol";

type PartItem = Extract<OutboxItem, { kind: "transcript" }>;

/** Several of them make a message of the link. */
const MAX_ENTRY_BYTES = MAX_AGENT_MESSAGE_BYTES / 8;

/**
 * The item as it travels. What the link cannot carry would be refused for ever and hold up all that follows: its kind
 * and size go out instead. The agent's process is the agent's: what it says may be anything.
 */
export function encodeItem(item: OutboxItem): string {
  const json = JSON.stringify(item);
  if (item.kind === "transcript") return encodePart(item);
  if (item.kind !== "agent") return json;
  const { type }: { type: unknown } = item.message;
  const named = typeof type === "string" && type.length <= MAX_TYPE_LENGTH;
  if (named && fits(json)) return json;
  const bytes = Buffer.byteLength(json);
  return JSON.stringify({ ...item, message: { type: named ? type : "unknown", truncated: true, bytes } });
}

/** What cannot be kept of a transcript is left out of it; an item of which nothing is left says so in its place. */
function encodePart(item: PartItem): string {
  const readable = { ...item, entries: Array.isArray(item.entries) ? item.entries.filter(isReadable) : [] };
  if (OutboxItem.safeParse(readable).success) {
    const json = JSON.stringify(readable);
    const shortened = fits(json) ? json : JSON.stringify({ ...readable, entries: readable.entries.map(shorten) });
    if (fits(shortened)) return shortened;
  }
  return JSON.stringify({ n: item.n, kind: "agent", message: { type: "unreadable_transcript", truncated: true } });
}

function isReadable(entry: unknown): boolean {
  return TranscriptEntry.safeParse(entry).success;
}

function fits(json: string): boolean {
  return Buffer.byteLength(json) <= MAX_AGENT_MESSAGE_BYTES;
}

/** An entry that is too long for the link keeps its place in the conversation, not its content. */
function shorten(entry: TranscriptEntry): TranscriptEntry {
  if (Buffer.byteLength(JSON.stringify(entry)) <= MAX_ENTRY_BYTES) return entry;
  const { type, uuid, parentUuid, sessionId, timestamp, isSidechain, message } = entry;
  const role = (message as { role?: unknown } | undefined)?.role;
  const said = { role, content: "[too long to be kept]" };
  return { type, uuid, parentUuid, sessionId, timestamp, isSidechain, ...(role !== undefined && { message: said }) };
}
