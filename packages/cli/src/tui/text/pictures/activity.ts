/** How busy a session was, up to now. */
import type { ActivitySample } from "@cc-docker/client";
import { sparkline } from "./sparkline.ts";

export type ActivityOptions = {
  /** In columns: one a stretch of time. */
  width: number;
  nowMs: number;
  /** The length of a stretch. */
  activityMs: number;
};

/** What the agent wrote in each stretch; of one without any, what happened. Quiet stretches are spaces. */
export function activityLine(
  samples: readonly ActivitySample[],
  { width, nowMs, activityMs }: ActivityOptions,
): string {
  const newest = Math.floor(nowMs / activityMs);
  const amounts = Array.from({ length: width }, () => 0);
  for (const { startMs, events, chars } of samples) {
    const column = width - 1 - (newest - Math.floor(startMs / activityMs));
    if (column >= 0 && column < width) amounts[column] = events + chars;
  }
  return sparkline(amounts, width);
}
