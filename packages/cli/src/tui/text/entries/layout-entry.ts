/** One thing of a session's history as lines. */
import type { NoteEntry, PromptEntry, TextEntry, TurnEndEntry, ViewEntry } from "@cc-docker/client";
import { formatCost, formatSeconds } from "../../../output/amounts.ts";
import { printableLine } from "../../../output/printable.ts";
import { cleanLines } from "../clean-text.ts";
import { type Line, type Span, span } from "../line.ts";
import { createMarkdownLayout, type MarkdownLayout } from "../markdown/markdown-layout.ts";
import { MIN_WIDTH, prefixLines, truncateLine, wrapLine } from "../wrap/wrap-line.ts";
import type { EntryOptions } from "./entry-options.ts";
import { layoutApproval } from "./layout-approval.ts";
import { layoutTool } from "./layout-tool.ts";

/** Marks what a subagent says and does. */
const OF_SUBAGENT: Span = { text: "┊ ", style: "mark" };
const PROMPT: Span = { text: "> ", style: "prompt" };

export type EntryLayout = {
  /** The lines of the entry as it is now. None when there is nothing to show. */
  update(entry: ViewEntry): readonly Line[];
};

/** For one entry that changes: of a text that grows only its end is laid out again. */
export function createEntryLayout({ width, highlight, isExpanded }: EntryOptions): EntryLayout {
  const whole = { width: Math.max(width, MIN_WIDTH), highlight, isExpanded };
  const inner = { ...whole, width: whole.width - OF_SUBAGENT.text.length };
  const markdown = { whole: createMarkdownLayout(whole), inner: createMarkdownLayout(inner) };

  function update(entry: ViewEntry): readonly Line[] {
    if (entry.parentId === undefined || inner.width < MIN_WIDTH) return layout(entry, whole, markdown.whole);
    return prefixLines(layout(entry, inner, markdown.inner), OF_SUBAGENT, OF_SUBAGENT);
  }

  return { update };
}

/** The lines of an entry, for once. */
export function layoutEntry(entry: ViewEntry, options: EntryOptions): readonly Line[] {
  return createEntryLayout(options).update(entry);
}

function layout(entry: ViewEntry, options: EntryOptions, markdown: MarkdownLayout): readonly Line[] {
  switch (entry.kind) {
    case "prompt":
      return layoutPrompt(entry, options.width);
    case "text":
      return [...markdown.update(entry.text, entry.state !== "streaming"), ...layoutCut(entry, options.width)];
    case "thinking":
      return layoutThinking(entry, options);
    case "tool":
      return layoutTool(entry, options);
    case "approval":
      return layoutApproval(entry, options);
    case "note":
      return wrapLine(layoutNote(entry), options.width);
    case "turn-end":
      return wrapLine(layoutTurnEnd(entry), options.width);
  }
}

function layoutPrompt({ text }: PromptEntry, width: number): Line[] {
  if (text === undefined) return wrapLine([PROMPT, { text: "(a prompt from before)", style: "muted" }], width);
  const lines = cleanLines(text).flatMap((line) => wrapLine([{ text: line, style: "prompt" }], width - 2));
  return prefixLines(lines, PROMPT);
}

function layoutCut({ state, cutChars }: TextEntry, width: number): Line[] {
  const lines: Span[] = [];
  if (cutChars > 0) lines.push({ text: `… ${cutChars} more characters`, style: "muted" });
  if (state === "cut") lines.push({ text: "… it broke off here", style: "warning" });
  return lines.flatMap((line) => wrapLine([line], width));
}

/** Collapsed it is one line: what the thought is at, or began with. */
function layoutThinking(entry: TextEntry, { width, isExpanded }: EntryOptions): Line[] {
  const isStreaming = entry.state === "streaming";
  const mark = span("∴ ", "thinking");
  if (entry.text === "") return isStreaming ? [[mark, span("thinking …", "thinking")]] : [];
  if (!isExpanded) return [truncateLine([mark, span(glimpse(entry.text, isStreaming), "thinking")], width)];
  const lines = cleanLines(entry.text).flatMap((line) => wrapLine([{ text: line, style: "thinking" }], width - 2));
  return [...prefixLines(lines, mark), ...layoutCut(entry, width)];
}

/** Enough for a line of any terminal. */
const GLIMPSE_CHARS = 500;

function glimpse(text: string, isEnd: boolean): string {
  const part = isEnd ? text.slice(-GLIMPSE_CHARS) : text.slice(0, GLIMPSE_CHARS);
  const lines = part.trim().split("\n");
  return printableLine((isEnd ? lines.at(-1) : lines[0]) ?? "");
}

function layoutNote({ note, text, reason, error }: NoteEntry): Line {
  const style = note === "failed" || note === "cancelled" ? "failure" : "muted";
  const words = [text, reason ?? "", error === undefined ? "" : `${error.code}: ${error.message} ${error.hint}`];
  const said = words.filter((word) => word !== "").join("; ");
  return [span(printableLine(`— ${note}${said === "" ? "" : `: ${said}`}`), style)];
}

function layoutTurnEnd({ status, durationMs, costUsd, usage, error }: TurnEndEntry): Line {
  const tokens = `${usage.outputTokens} tokens out`;
  const spent = `${formatSeconds(durationMs)}, ${formatCost(costUsd)}, ${tokens}`;
  // An interrupt is no failure: that somebody asked for it is all that its error says.
  const isAskedFor = status === "interrupted" && error?.code === "TURN_INTERRUPTED";
  if (error === undefined || isAskedFor) return [span(`— ${status} in ${spent}`, "muted")];
  return [span(printableLine(`— ${status}: ${error.code}: ${error.message} ${error.hint}`), "failure")];
}
