/** A tool call: one line that says what and how it went, and below it what it was given and gave back. */
import type { ToolEntry, ToolStatus, ToolTask } from "@cc-docker/client";
import { formatSeconds } from "../../../output/amounts.ts";
import { describeInput } from "../../../output/describe-tool.ts";
import { literal, printableLine } from "../../../output/printable.ts";
import { cleanLines } from "../clean-text.ts";
import { countChanges } from "../diff/layout-hunks.ts";
import { type Line, type Span, span } from "../line.ts";
import type { StyleName } from "../theme.ts";
import { prefixLines, truncateLine, wrapLine } from "../wrap/wrap-line.ts";
import type { EntryOptions } from "./entry-options.ts";
import { layoutToolInput } from "./layout-tool-input.ts";

/** Told apart by their form, for there may be no colours. */
const MARKS: Record<ToolStatus, [mark: string, style: StyleName]> = {
  streaming: ["○", "muted"],
  running: ["◌", "waiting"],
  ok: ["✓", "success"],
  error: ["✗", "failure"],
  denied: ["⊘", "failure"],
  cut: ["■", "warning"],
};

const INDENT: Span = { text: "  " };
/** Of the beginning of an input on the first line. */
const HEAD_CHARS = 500;
/** Rows of what is collapsed. */
const GLIMPSE_ROWS = 3;
const GLIMPSE_DIFF_ROWS = 12;
const MORE: Line = [{ text: "… and more", style: "muted" }];
/** Their output is what they were asked to read: no news. */
const READERS = new Set(["Read", "Glob", "Grep", "LS", "NotebookRead", "TodoWrite"]);
/** Their input is what they are about. */
const WRITERS = new Set(["Edit", "MultiEdit", "Write", "NotebookEdit", "TodoWrite", "ExitPlanMode"]);

export function layoutTool(entry: ToolEntry, options: EntryOptions): Line[] {
  const inner = { ...options, width: options.width - 2 };
  const body = options.isExpanded ? expandedBody(entry, inner) : collapsedBody(entry, inner);
  return [truncateLine(headOf(entry), options.width), ...prefixLines(body, INDENT)];
}

function headOf(entry: ToolEntry): Line {
  const [mark, style] = MARKS[entry.status];
  const input = entry.status === "streaming" ? entry.inputText : describeInput(entry.input);
  const words = printableLine(literal(input.slice(0, HEAD_CHARS)));
  const name = printableLine(entry.name);
  return [span(mark, style), span(` ${name} `, "tool"), span(tellOf(entry), "muted"), { text: words }];
}

/** How it went, before what it was about, which may be cut. */
function tellOf({ status, startedAtMs, endedAtMs, patch, task }: ToolEntry): string {
  const changes = patch === undefined ? undefined : countChanges(patch);
  const told = [
    ...(endedAtMs === undefined || status === "denied" ? [] : [formatSeconds(endedAtMs - startedAtMs)]),
    ...(changes === undefined ? [] : [`+${changes.added} -${changes.removed}`]),
    ...(task === undefined ? [] : tellOfTask(task, endedAtMs !== undefined)),
  ];
  return told.length === 0 ? "" : `(${told.join(", ")}) `;
}

/** Of a command there is news only where it goes on after its call has ended. */
function tellOfTask({ isSubagent, status, toolUses, tokens }: ToolTask, hasEnded: boolean): string[] {
  if (isSubagent) return [`${printableLine(status)}, ${toolUses} tools, ${tokens} tokens`];
  return hasEnded && status === "running" ? ["goes on in the background"] : [];
}

/** A command's only repeats it. */
function layoutSummary({ task }: ToolEntry, width: number): Line[] {
  return task?.isSubagent ? layoutText(task.summary, width) : [];
}

function expandedBody(entry: ToolEntry, options: EntryOptions): Line[] {
  if (entry.status === "streaming") return layoutText(entry.inputText, options.width);
  const input = layoutToolInput(entry.name, entry.input, { ...options, patch: entry.patch });
  const task = layoutSummary(entry, options.width);
  return [...input, ...task, ...layoutOutput(entry, options.width)];
}

function collapsedBody(entry: ToolEntry, options: EntryOptions): Line[] {
  if (entry.status === "streaming") return [];
  const isFailure = entry.status === "error" || entry.status === "denied";
  const isWriter = WRITERS.has(entry.name) && !isFailure;
  if (isWriter) {
    const input = { ...options, patch: entry.patch, maxRows: GLIMPSE_DIFF_ROWS + 1 };
    const rows = layoutToolInput(entry.name, entry.input, input);
    return rows.length <= GLIMPSE_DIFF_ROWS ? rows : [...rows.slice(0, GLIMPSE_DIFF_ROWS), MORE];
  }
  const task = layoutSummary(entry, options.width);
  if (READERS.has(entry.name) && !isFailure) return task;
  return [...firstRows(task, GLIMPSE_ROWS), ...firstRows(layoutOutput(entry, options.width), GLIMPSE_ROWS)];
}

/** The middle of what is too long was left out: where, is said. */
function layoutOutput({ output, outputCutChars, status }: ToolEntry, width: number): Line[] {
  if (output === "") return [];
  const style = status === "error" || status === "denied" ? "failure" : undefined;
  if (outputCutChars === 0) return layoutText(output, width, style);
  const middle = Math.floor(output.length / 2);
  const gap = wrapLine([{ text: `… ${outputCutChars} characters left out …`, style: "muted" }], width);
  const half = (from: number, to?: number) => layoutText(output.slice(from, to), width, style);
  return [...half(0, middle), ...gap, ...half(middle)];
}

function layoutText(text: string, width: number, style?: StyleName): Line[] {
  if (text === "") return [];
  return cleanLines(text).flatMap((line) => wrapLine([span(line, style)], width));
}

function firstRows(lines: readonly Line[], rows: number): Line[] {
  const left = lines.length - rows;
  if (left <= 1) return [...lines];
  return [...lines.slice(0, rows), [{ text: `… +${left} lines`, style: "muted" }]];
}
