/**
 * What the agent said and the gateway has not stored yet, in order, on disk before it is sent. Memory is bounded: far
 * behind, entries keep only their place in the file. Survives a broken link, and a wrapper that is started again beside
 * the same file.
 */
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { OutboxItem } from "@cc-docker/protocol";
import { encodeItem } from "./encode-item.ts";

export type NewItem = OutboxItem extends infer Item ? (Item extends { n: number } ? Omit<Item, "n"> : never) : never;

export type Outbox = {
  /** Numbers the item and writes it down. Returns its number. */
  add(item: NewItem): number;
  /** The gateway has stored everything up to `n`. Also raises the numbering above it. */
  acknowledge(n: number): void;
  /** Encoded items with a number above `after`, oldest first, at most about `maxBytes` of them, at least one if any. */
  read(after: number, maxBytes: number): { n: number; json: string }[];
  readonly lastNumber: number;
  readonly pendingCount: number;
  close(): void;
};

type Entry = { n: number; offset: number; bytes: number; json?: string };

/** Beyond this, what waits is read back from the file. */
const MAX_BYTES_IN_MEMORY = 8 * 1024 * 1024;
/** A file of this size is cut when most of it has been acknowledged. */
const COMPACT_AT_BYTES = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

export function openOutbox(path: string): Outbox {
  mkdirSync(dirname(path), { recursive: true });
  let entries = existsSync(path) ? loadEntries(readFileSync(path)) : [];
  let lastNumber = entries.at(-1)?.n ?? 0;
  let end = entries.reduce((total, entry) => Math.max(total, entry.offset + entry.bytes + 1), 0);
  let bytesInMemory = 0;
  const file = openSync(path, existsSync(path) ? "r+" : "w+", 0o600);
  ftruncateSync(file, end); // a line that a crash cut short was never sent

  function add(item: NewItem): number {
    lastNumber += 1;
    const json = encodeItem({ n: lastNumber, ...item });
    const line = Buffer.from(`${json}\n`);
    writeSync(file, line, 0, line.byteLength, end);
    const bytes = line.byteLength - 1;
    const keep = bytesInMemory + bytes <= MAX_BYTES_IN_MEMORY;
    if (keep) bytesInMemory += bytes;
    entries.push({ n: lastNumber, offset: end, bytes, ...(keep && { json }) });
    end += line.byteLength;
    return lastNumber;
  }

  function acknowledge(n: number): void {
    lastNumber = Math.max(lastNumber, n);
    const kept = entries.findIndex((entry) => entry.n > n);
    const gone = entries.splice(0, kept === -1 ? entries.length : kept);
    for (const { json, bytes } of gone) if (json !== undefined) bytesInMemory -= bytes;
    if (end >= COMPACT_AT_BYTES && pendingBytes() < end / 4) compact();
  }

  function pendingBytes(): number {
    const [oldest] = entries;
    return oldest ? end - oldest.offset : 0;
  }

  /** Moves what is pending to the front. A crash in between is one the agent does not survive either. */
  function compact(): void {
    const [oldest] = entries;
    const shift = oldest ? oldest.offset : end;
    const kept = Buffer.alloc(end - shift);
    readSync(file, kept, 0, kept.byteLength, shift);
    writeSync(file, kept, 0, kept.byteLength, 0);
    end -= shift;
    ftruncateSync(file, end);
    entries = entries.map((entry) => ({ ...entry, offset: entry.offset - shift }));
  }

  function read(after: number, maxBytes: number): { n: number; json: string }[] {
    const found: { n: number; json: string }[] = [];
    let bytes = 0;
    for (let index = indexAfter(after); index < entries.length && bytes < maxBytes; index += 1) {
      const entry = entries[index] as Entry;
      bytes += entry.bytes;
      found.push({ n: entry.n, json: entry.json ?? readBack(entry) });
    }
    return found;
  }

  /** Numbers follow each other but for a dropped one here and there, so the place is at or right before the guess. */
  function indexAfter(after: number): number {
    const [first] = entries;
    let index = Math.min(Math.max(0, after + 1 - (first?.n ?? 0)), entries.length);
    while (index > 0 && (entries[index - 1] as Entry).n > after) index -= 1;
    return index;
  }

  function readBack({ offset, bytes }: Entry): string {
    const buffer = Buffer.alloc(bytes);
    readSync(file, buffer, 0, bytes, offset);
    return buffer.toString();
  }

  return {
    add,
    acknowledge,
    read,
    get lastNumber() {
      return lastNumber;
    },
    get pendingCount() {
      return entries.length;
    },
    close: () => closeSync(file),
  };
}

/** Whole lines only, each with its place. The end of an agent of an earlier life says nothing about the next one. */
function loadEntries(content: Buffer): Entry[] {
  const entries: Entry[] = [];
  let offset = 0;
  for (let newline = content.indexOf(NEWLINE); newline !== -1; newline = content.indexOf(NEWLINE, offset)) {
    const { n, kind } = JSON.parse(content.toString("utf8", offset, newline)) as OutboxItem;
    if (kind !== "agent-exited") entries.push({ n, offset, bytes: newline - offset });
    offset = newline + 1;
  }
  return entries;
}
