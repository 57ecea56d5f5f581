/** The help as it is looked at: it begins with the keys of the place where it was asked for, and is scrolled. */
import type { Place } from "../keys.ts";

export type HelpView = {
  /** Where it was asked for. */
  readonly from: Place;
  /** Further down when positive. */
  scroll(rows: number): void;
  scrollPages(pages: number): void;
  toStart(): void;
  toEnd(): void;
  /** The first line that is shown: of `lines`, in `rows`. `start` is the first of the place's. */
  topIn(room: { readonly lines: number; readonly rows: number; readonly start: number }): number;
};

export function createHelpView(from: Place): HelpView {
  /** `undefined` before it was shown first. */
  let top: number | undefined;
  let rows = 1;

  return {
    from,
    scroll: (by) => void (top = (top ?? 0) + by),
    scrollPages: (pages) => void (top = (top ?? 0) + pages * Math.max(1, rows - 1)),
    toStart: () => void (top = 0),
    toEnd: () => void (top = Number.MAX_SAFE_INTEGER),
    topIn(room) {
      rows = room.rows;
      top = Math.max(0, Math.min(top ?? room.start, room.lines - room.rows));
      return top;
    },
  };
}
