/** Frames are short-lived: V8 would give them more and more room to die in, 130 MB after minutes of a writing agent. */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Measured: with half of it objects grow old before they die, and with more nothing gets faster. */
const ENOUGH_BYTES = 32 * 1024 * 1024;

/** Lets V8's young space grow until it is large enough, and no further. It can be told so only while it runs. */
export function keepYoungSpaceSmall(): void {
  const observer = new PerformanceObserver(() => {
    if (youngBytes() < ENOUGH_BYTES) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}
