/**
 * A list that is never changed in place and of which a copy with one more, one other or fewer entries is cheap: entries
 * lie in chunks, and the chunks that do not change are shared. A step copies one chunk and the list of chunks.
 */
const CHUNK = 256;

/** Plain data. The first chunk may have lost its beginning; all others but the last are full. */
export type EntryList<Entry> = {
  readonly length: number;
  readonly chunks: readonly (readonly Entry[])[];
};

export const NO_ENTRIES: EntryList<never> = { length: 0, chunks: [] };

export function entryAt<Entry>({ length, chunks }: EntryList<Entry>, index: number): Entry | undefined {
  if (index < 0 || index >= length) return undefined;
  const [chunk, within] = locate(chunks, index);
  return chunks[chunk]?.[within];
}

/** From `from` up to but without `to`. */
export function entriesBetween<Entry>(list: EntryList<Entry>, from: number, to: number): Entry[] {
  const found: Entry[] = [];
  for (let index = Math.max(0, from); index < Math.min(to, list.length); ) {
    const [chunk, within] = locate(list.chunks, index);
    const part = list.chunks[chunk]?.slice(within, within + to - index) ?? [];
    found.push(...part);
    index += Math.max(1, part.length);
  }
  return found;
}

export function appendEntry<Entry>({ length, chunks }: EntryList<Entry>, entry: Entry): EntryList<Entry> {
  const last = chunks.at(-1);
  const changed = chunks.slice();
  if (last && last.length < CHUNK) changed[changed.length - 1] = last.concat([entry]);
  else changed.push([entry]);
  return { length: length + 1, chunks: changed };
}

export function replaceEntry<Entry>(
  { length, chunks }: EntryList<Entry>,
  index: number,
  entry: Entry,
): EntryList<Entry> {
  const [chunk, within] = locate(chunks, index);
  const changed = chunks[chunk]?.with(within, entry);
  return changed ? { length, chunks: chunks.with(chunk, changed) } : { length, chunks };
}

/** Without its oldest entries. */
export function dropEntries<Entry>({ length, chunks }: EntryList<Entry>, count: number): EntryList<Entry> {
  const kept = [...chunks];
  let left = Math.min(count, length);
  const dropped = left;
  while (left > 0) {
    const first = kept[0] ?? [];
    if (first.length <= left) kept.shift();
    else kept[0] = first.slice(left);
    left -= Math.min(left, first.length);
  }
  return { length: length - dropped, chunks: kept };
}

function locate(chunks: EntryList<unknown>["chunks"], index: number): [chunk: number, within: number] {
  const first = chunks[0]?.length ?? 0;
  if (index < first) return [0, index];
  return [1 + Math.floor((index - first) / CHUNK), (index - first) % CHUNK];
}
