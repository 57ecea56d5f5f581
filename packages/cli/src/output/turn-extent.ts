import type { TurnView } from "@cc-docker/client";

/** In milliseconds since 1970. */
export type Extent = { readonly startMs: number; readonly endMs: number };

/** From when the turn was queued to its end, or to `nowMs` while it lasts; a millisecond at least, by which to divide. */
export function turnExtent({ spans, queuedAtMs, startedAtMs, endedAtMs }: TurnView, nowMs: number): Extent {
  const startMs = spans.reduce((first, span) => Math.min(first, span.startMs), queuedAtMs ?? startedAtMs);
  return { startMs, endMs: Math.max(endedAtMs ?? nowMs, startMs + 1) };
}
