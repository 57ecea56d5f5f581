/** How much happened when, for a sparkline. */
import type { Draft } from "./draft.ts";
import type { ActivitySample } from "./turn-view.ts";
import { VIEW_LIMITS } from "./view-limits.ts";

export function countEvent(draft: Draft, atMs: number): void {
  add(draft, atMs, { events: 1, chars: 0 });
}

/** Characters that the agent wrote. */
export function countChars(draft: Draft, atMs: number, chars: number): void {
  if (chars > 0) add(draft, atMs, { events: 0, chars });
}

/** What comes late counts for the newest sample. */
function add(draft: Draft, atMs: number, { events, chars }: Pick<ActivitySample, "events" | "chars">): void {
  const { activityMs } = draft.options;
  const startMs = atMs - (atMs % activityMs);
  const newest = draft.activity.at(-1);
  if (newest && startMs <= newest.startMs) {
    const changed = { ...newest, events: newest.events + events, chars: newest.chars + chars };
    draft.activity = draft.activity.with(-1, changed);
    return;
  }
  draft.activity = [...draft.activity.slice(1 - VIEW_LIMITS.activitySamples), { startMs, events, chars }];
}
