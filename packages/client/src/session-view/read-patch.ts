import { amountAt, listAt } from "./read-data.ts";
import type { PatchHunk } from "./view-entries.ts";
import { VIEW_LIMITS } from "./view-limits.ts";

/** The changes of a file as Claude Code tells them; no `hunks` when there are none. */
export function readPatch(patch: unknown): { hunks?: readonly PatchHunk[]; chars: number } {
  let linesLeft: number = VIEW_LIMITS.patchLines;
  let charsLeft: number = VIEW_LIMITS.textChars;
  const parts = (Array.isArray(patch) ? patch : []).slice(0, VIEW_LIMITS.patchHunks);
  const hunks = parts.map((part): PatchHunk => {
    const lines = listAt(part, "lines")
      .slice(0, linesLeft)
      .map((line) => {
        const kept = typeof line === "string" ? line.slice(0, charsLeft) : "";
        charsLeft -= kept.length;
        return kept;
      });
    linesLeft -= lines.length;
    return { ...rangeOf(part), lines };
  });
  return { chars: VIEW_LIMITS.textChars - charsLeft, ...(hunks.length > 0 && { hunks }) };
}

function rangeOf(part: unknown): Omit<PatchHunk, "lines"> {
  return {
    oldStart: amountAt(part, "oldStart"),
    oldLines: amountAt(part, "oldLines"),
    newStart: amountAt(part, "newStart"),
    newLines: amountAt(part, "newLines"),
  };
}
