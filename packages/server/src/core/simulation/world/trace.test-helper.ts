/** What happened, a line each, in its order: two runs of one seed have the same. */
import { createHash } from "node:crypto";
import type { VirtualClock } from "./virtual-clock.test-helper.ts";

export type Trace = {
  note(line: string): void;
  readonly lines: readonly string[];
  hash(): string;
};

export function createTrace(clock: VirtualClock): Trace {
  const lines: string[] = [];
  return {
    note: (line) => void lines.push(`${(clock.now / 1000).toFixed(3).padStart(8)}  ${line}`),
    lines,
    hash: () => createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16),
  };
}
