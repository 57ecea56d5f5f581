// What the scripted model was sent, so that a test can assert on it. Bounded twice, by count and by size, because the
// scripted model also runs for days in a server that has no credential.
import type { IncomingMessage } from "node:http";
import { parseJson } from "./messages-api.ts";

export type Outcome = "open" | "answered" | "failed" | "cut" | "aborted";

export interface JournalEntry {
  /** Milliseconds since the epoch. */
  at: number;
  method: string;
  /** With the query. */
  path: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Parsed JSON; undefined when there was none or it was too large to keep. */
  readonly body: unknown;
  /** 0 until an answer begins. */
  status: number;
  /** Settled before the last byte of the answer leaves, so who has the answer also sees the outcome. */
  outcome: Outcome;
}

export interface Journal {
  /** Oldest first. */
  readonly requests: readonly Readonly<JournalEntry>[];
  /** The real prompts seen, oldest first; a retry or a tool round is not a new prompt. */
  prompts(): string[];
  clear(): void;
}

export interface JournalWriter extends Journal {
  add(request: IncomingMessage): JournalEntry;
  keepBody(entry: JournalEntry, bytes: Buffer): void;
  addPrompt(key: string, prompt: string): void;
}

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_PROMPT_CHARS = 10_000;
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;

export function createJournal(maxRequests = 1000): JournalWriter {
  const requests: JournalEntry[] = [];
  // Kept as bytes, outside the heap, and parsed when asked for: text or objects take several times as much.
  const bytesOf = new WeakMap<JournalEntry, Buffer>();
  const promptByKey = new Map<string, string>();
  let totalBytes = 0;

  function dropOldest(): void {
    const oldest = requests.shift();
    if (oldest !== undefined) totalBytes -= bytesOf.get(oldest)?.length ?? 0;
  }

  return {
    requests,
    prompts: () => [...promptByKey.values()],
    clear() {
      requests.length = 0;
      totalBytes = 0;
      promptByKey.clear();
    },
    add(request) {
      const { method = "", url = "" } = request;
      const entry: JournalEntry = {
        at: Date.now(),
        method,
        path: url,
        headers: flattenHeaders(request),
        get body() {
          return parseJson(bytesOf.get(entry)?.toString() ?? "");
        },
        status: 0,
        outcome: "open",
      };
      requests.push(entry);
      if (requests.length > maxRequests) dropOldest();
      return entry;
    },
    keepBody(entry, bytes) {
      // A body that arrives after clear() or after its entry was dropped is nobody's business any more.
      if (bytes.length > MAX_BODY_BYTES || !requests.includes(entry)) return;
      bytesOf.set(entry, bytes);
      totalBytes += bytes.length;
      while (totalBytes > MAX_TOTAL_BYTES) dropOldest();
    },
    addPrompt(key, prompt) {
      promptByKey.set(key, prompt.slice(0, MAX_PROMPT_CHARS));
      const [oldest] = promptByKey.keys();
      if (promptByKey.size > maxRequests && oldest !== undefined) promptByKey.delete(oldest);
    },
  };
}

function flattenHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
}
