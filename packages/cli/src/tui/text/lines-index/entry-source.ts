/** A view's entries in one row, by places that stay the same when old entries are left behind. */
import { type SessionView, sessionView, type ViewEntry } from "@cc-docker/client";

export type EntrySource = {
  /** Of the oldest entry kept. */
  readonly first: number;
  /** After the newest. */
  readonly end: number;
  entryAt(position: number): ViewEntry | undefined;
};

/** History, then what streams in. */
export function sourceOf(view: SessionView): EntrySource {
  const { settled, live, dropped } = view;
  const settledEnd = dropped + settled.length;
  return {
    first: dropped,
    end: settledEnd + live.length,
    entryAt: (position) =>
      position < settledEnd ? sessionView.entryAt(view, position - dropped) : live[position - settledEnd],
  };
}
