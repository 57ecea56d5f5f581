/** A view that is being made of another: its fields may be replaced, what they hold may not be changed. */
import type { Event } from "@cc-docker/protocol";
import { appendEntry, dropEntries, entryAt, replaceEntry } from "./entry-list.ts";
import type { Fold } from "./fold.ts";
import { timeOf } from "./read-data.ts";
import type { SessionView } from "./view.ts";
import type { ViewEntry } from "./view-entries.ts";

export type Draft = { -readonly [Name in keyof SessionView]: SessionView[Name] };

/** What an entry takes beside its texts, about. */
const ENTRY_BYTES = 300;

/** What entries have in common, of the event that makes them. `chars`: how many characters they hold. */
export function baseOf(event: Event, chars: number) {
  const { seq, turnId } = event;
  return { seq, atMs: timeOf(event.at), bytes: bytesOf(chars), ...(turnId !== undefined && { turnId }) };
}

/** Strings may take two bytes a character. */
export function bytesOf(chars: number): number {
  return ENTRY_BYTES + 2 * chars;
}

export function remember(draft: Draft, changes: Partial<Fold>): void {
  draft.fold = { ...draft.fold, ...changes };
}

/** Appends to history, and leaves behind what is then too much. @returns the entry's position */
export function settle(draft: Draft, entry: ViewEntry): number {
  const position = draft.dropped + draft.settled.length;
  draft.settled = appendEntry(draft.settled, entry);
  remember(draft, { bytes: draft.fold.bytes + entry.bytes });
  trim(draft);
  return position;
}

/** Undefined when the window has left it behind. */
export function entryOf<Kind extends ViewEntry["kind"]>(
  draft: Draft,
  position: number,
  kind: Kind,
): Extract<ViewEntry, { kind: Kind }> | undefined {
  const entry = entryAt(draft.settled, position - draft.dropped);
  return entry?.kind === kind ? (entry as Extract<ViewEntry, { kind: Kind }>) : undefined;
}

/** Changes an entry of history; none when the window has left it behind. */
export function amend<Kind extends ViewEntry["kind"]>(
  draft: Draft,
  { position, kind }: { position: number; kind: Kind },
  changes: Partial<Extract<ViewEntry, { kind: Kind }>>,
): void {
  const entry: ViewEntry | undefined = entryOf(draft, position, kind);
  if (!entry) return;
  const changed = { ...entry, ...changes } as ViewEntry;
  draft.settled = replaceEntry(draft.settled, position - draft.dropped, changed);
  remember(draft, { bytes: draft.fold.bytes + changed.bytes - entry.bytes });
  trim(draft);
}

function trim(draft: Draft): void {
  const { maxEntries, maxBytes } = draft.options;
  const { length } = draft.settled;
  let { bytes } = draft.fold;
  let count = 0;
  while (count < length - 1 && (length - count > maxEntries || bytes > maxBytes)) {
    bytes -= entryAt(draft.settled, count)?.bytes ?? 0;
    count += 1;
  }
  if (count > 0) {
    draft.settled = dropEntries(draft.settled, count);
    draft.dropped += count;
    remember(draft, { bytes });
  }
  draft.firstSeq = entryAt(draft.settled, 0)?.seq;
}
