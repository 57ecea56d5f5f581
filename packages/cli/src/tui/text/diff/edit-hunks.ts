/** What an edit changes, from what its tool was called with: for edits that have not run, or did not tell. */

import type { PatchHunk } from "@cc-docker/client";
import { textAt } from "@cc-docker/protocol";
import { structuredPatch } from "diff";

const CONTEXT_LINES = 3;
/** Texts that differ in more lines are shown as one taken away and one put in: finding less would take too long. */
const MAX_DIFFERENCES = 500;

type Input = Readonly<Record<string, unknown>>;

/** Inputs do not change, and are looked at with every frame while they wait for an answer. */
const known = new WeakMap<Input, { toolName: string; hunks: PatchHunk[] | undefined }>();

/** `undefined` when the tool edits no file. Line numbers count from where each edit begins: the file is not at hand. */
export function editHunks(toolName: string, input: Input): PatchHunk[] | undefined {
  const found = known.get(input);
  if (found?.toolName === toolName) return found.hunks;
  const hunks = compare(toolName, input);
  known.set(input, { toolName, hunks });
  return hunks;
}

function compare(toolName: string, input: Input): PatchHunk[] | undefined {
  switch (toolName) {
    case "Edit":
      return hunksOf(textAt(input, "old_string"), textAt(input, "new_string"));
    case "MultiEdit":
      return editsAt(input).flatMap((edit) => hunksOf(textAt(edit, "old_string"), textAt(edit, "new_string")));
    case "Write":
      return hunksOf("", textAt(input, "content"));
    case "NotebookEdit":
      return hunksOf("", textAt(input, "new_source"));
    default:
      return undefined;
  }
}

function hunksOf(before: string, after: string): PatchHunk[] {
  const options = { context: CONTEXT_LINES, maxEditLength: MAX_DIFFERENCES };
  const patch = structuredPatch("", "", before, after, "", "", options);
  if (patch !== undefined) return patch.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.filter(isOfFile) }));
  const [removed, added] = [linesOf(before), linesOf(after)];
  const lines = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
  return [{ oldStart: 1, oldLines: removed.length, newStart: 1, newLines: added.length, lines }];
}

/** The library remarks on a missing newline at the end: of a part of a file that says nothing. */
function isOfFile(line: string): boolean {
  return !line.startsWith("\\");
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

function editsAt(input: Input): unknown[] {
  const edits = input["edits"];
  return Array.isArray(edits) ? edits : [];
}
