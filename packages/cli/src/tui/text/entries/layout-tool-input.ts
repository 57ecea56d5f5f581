/** What a tool is called with: edits as diffs, commands as code, todos as a list, all else by its fields. */

import { type PatchHunk, readTodos } from "@cc-docker/client";
import { textAt } from "@cc-docker/protocol";
import { hasPlan, NO_PLAN } from "../../../output/describe-plan.ts";
import { inputFields } from "../../../output/input-fields.ts";
import { literal, printableLine } from "../../../output/printable.ts";
import { cleanLines, literalLines } from "../clean-text.ts";
import { type Highlight, layoutCode } from "../code/layout-code.ts";
import { editHunks } from "../diff/edit-hunks.ts";
import { layoutHunks } from "../diff/layout-hunks.ts";
import { type Line, span } from "../line.ts";
import { layoutMarkdown } from "../markdown/markdown-layout.ts";
import { prefixLines, wrapLine } from "../wrap/wrap-line.ts";
import { layoutTodos } from "./layout-todos.ts";

export type ToolInputOptions = {
  /** In columns; at least MIN_WIDTH. */
  width: number;
  highlight?: Highlight | undefined;
  /** What the tool told of its changes, with the file's line numbers. */
  patch?: readonly PatchHunk[] | undefined;
  /** So many rows are enough: of what is long, what comes after them is left out. */
  maxRows?: number | undefined;
  /** Somebody decides by it: also what a finished call says elsewhere is there, as the file that is edited. */
  isAsked?: boolean | undefined;
};

type Input = Readonly<Record<string, unknown>>;

/** More of a field is not laid out: an agent may write without end. */
const MAX_FIELD_CHARS = 100_000;

export function layoutToolInput(toolName: string, input: Input, options: ToolInputOptions): Line[] {
  const { width, patch, maxRows } = options;
  if (patch !== undefined && patch.length > 0) return layoutHunks(patch, { width, maxRows, isNumbered: true });
  const edit = editHunks(toolName, input);
  if (edit !== undefined)
    return [...aboutEdit(input, options), ...layoutHunks(edit, { width, maxRows, isNumbered: false })];
  if (toolName === "Bash") return layoutBash(input, options);
  if (toolName === "TodoWrite") return layoutTodos(readTodos(input) ?? [], width);
  if (toolName === "ExitPlanMode") return layoutPlan(input, options);
  return layoutFields(inputFields(input), options);
}

/** What its hunks show already. */
const IN_HUNKS: ReadonlySet<string> = new Set(["old_string", "new_string", "content", "new_source", "edits"]);

function aboutEdit(input: Input, options: ToolInputOptions): Line[] {
  if (!options.isAsked) return [];
  return layoutFields(
    inputFields(input).filter(([name]) => !IN_HUNKS.has(name)),
    options,
  );
}

function layoutBash(input: Input, options: ToolInputOptions): Line[] {
  const { lines: command, left } = cut(textAt(input, "command"), options);
  const lines = layoutCode({ lines: command, language: "bash" }, { ...options, width: options.width - 2 });
  const rest = inputFields(input).filter(([name]) => name !== "command");
  return [...prefixLines([...lines, ...left], span("$ ", "mark")), ...layoutFields(rest, options)];
}

function layoutPlan(input: Input, options: ToolInputOptions): Line[] {
  if (options.isAsked && !hasPlan(input)) return wrapLine([span(NO_PLAN, "warning")], options.width);
  const { lines, left } = cut(textAt(input, "plan"), options, cleanLines);
  return [...layoutMarkdown(lines.join("\n"), options), ...left];
}

/** Each is a row at least. */
function layoutFields(fields: readonly [name: string, value: unknown][], options: ToolInputOptions): Line[] {
  return fields.slice(0, options.maxRows).flatMap(([name, value]) => layoutField(name, value, options));
}

/**
 * As much of a text as is shown; a plan is prose. It is made harmless first: of what is left out of it then, nobody is to think that it
 * was all. `left`: the mark of what comes after.
 */
function cut(
  text: string,
  { width, maxRows = MAX_FIELD_CHARS }: ToolInputOptions,
  toLines = literalLines,
): { lines: string[]; left: Line[] } {
  const clean = toLines(text.slice(0, MAX_FIELD_CHARS)).join("\n");
  const most = Math.min(MAX_FIELD_CHARS, maxRows * width);
  const isCut = text.length > MAX_FIELD_CHARS || clean.length > most;
  return { lines: clean.slice(0, most).toWellFormed().split("\n"), left: isCut ? [[span("…", "muted")]] : [] };
}

function layoutField(name: string, value: unknown, options: ToolInputOptions): Line[] {
  const text = typeof value === "string" ? value : `${JSON.stringify(value, undefined, 2)}`;
  const label = span(`${printableLine(literal(name), 40)}: `, "muted");
  const {
    lines: [first = "", ...rest],
    left,
  } = cut(text, options);
  const lines: Line[] = [[label, span(first, undefined)], ...rest.map((line) => [span(line, undefined)])];
  return [...lines.flatMap((line) => wrapLine(line, options.width)), ...left];
}
