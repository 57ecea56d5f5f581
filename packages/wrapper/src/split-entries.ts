import type { TranscriptEntry } from "@cc-docker/protocol";

/** Far below what one message of the link carries, with an entry of any length in it. */
const MAX_PART_BYTES = 2 * 1024 * 1024;

/** Parts of about that size at most, in order; an entry that is larger is a part of its own. */
export function splitEntries(entries: readonly TranscriptEntry[]): TranscriptEntry[][] {
  const parts: TranscriptEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const own = Buffer.byteLength(JSON.stringify(entry) ?? "");
    if (bytes + own > MAX_PART_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(entry);
    bytes += own;
  }
  return parts;
}
