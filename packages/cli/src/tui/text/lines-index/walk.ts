/** From place to place, over rows of entries. */

/** A row of an entry. `row` 0 may be the blank line before it. */
export type Place = { readonly position: number; readonly row: number };

/** Entries from `first` up to but without `end`, and how many rows each has. */
export type Rows = { readonly first: number; readonly end: number; heightAt(position: number): number };

/** So many rows down (up if negative), and how many of them there were not: then the place is the first or after the last. */
export function walk(rows: Rows, from: Place, count: number): { place: Place; missing: number } {
  return count < 0 ? walkUp(rows, from, -count) : walkDown(rows, from, count);
}

function walkUp({ first, heightAt }: Rows, from: Place, count: number): { place: Place; missing: number } {
  let { position, row } = from;
  let missing = count;
  while (missing > row && position > first) {
    missing -= row;
    position -= 1;
    row = heightAt(position);
  }
  const step = Math.min(row, missing);
  return { place: { position, row: row - step }, missing: missing - step };
}

function walkDown({ end, heightAt }: Rows, from: Place, count: number): { place: Place; missing: number } {
  let { position, row } = from;
  let missing = count;
  while (missing > 0) {
    const step = Math.min(heightAt(position) - row, missing);
    row += step;
    missing -= step;
    if (missing === 0 || position >= end - 1) break;
    position += 1;
    row = 0;
  }
  return { place: { position, row }, missing };
}

/** The place from which on `height` rows end with the last one, or the first of all. */
export function lastScreen(rows: Rows, height: number): Place {
  const last = Math.max(rows.first, rows.end - 1);
  return walk(rows, { position: last, row: rows.heightAt(last) }, -height).place;
}

/** A place may have been left behind, or lie below what is there now: the nearest that fills the screen. */
export function nearest(rows: Rows, place: Place, height: number): Place {
  if (place.position < rows.first) return { position: rows.first, row: 0 };
  if (place.position >= rows.end) return lastScreen(rows, height);
  const row = Math.max(0, Math.min(place.row, rows.heightAt(place.position)));
  const within = { position: place.position, row };
  return walk(rows, within, height).missing > 0 ? lastScreen(rows, height) : within;
}
