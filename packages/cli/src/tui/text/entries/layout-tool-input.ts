/** What a tool is called with: edits as diffs, commands as code, todos as a list, all else by its fields. */
import type { PatchHunk, TodoItem } from "@cc-docker/client";
import { printableLine } from "../../../output/printable.ts";
import { textAt } from "../../../output/read-data.ts";
import { cleanLines } from "../clean-text.ts";
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
};

type Input = Readonly<Record<string, unknown>>;

/** More of a field is not laid out: an agent may write without end. */
const MAX_FIELD_CHARS = 100_000;

export function layoutToolInput(toolName: string, input: Input, options: ToolInputOptions): Line[] {
  const { width, patch, maxRows } = options;
  if (patch !== undefined && patch.length > 0) return layoutHunks(patch, { width, maxRows, isNumbered: true });
  const edit = editHunks(toolName, input);
  if (edit !== undefined) return layoutHunks(edit, { width, maxRows, isNumbered: false });
  if (toolName === "Bash") return layoutBash(input, options);
  if (toolName === "TodoWrite") return layoutTodos(todosAt(input), width);
  if (toolName === "ExitPlanMode") return layoutPlan(input, options);
  return layoutFields(Object.entries(input), options);
}

function layoutBash(input: Input, options: ToolInputOptions): Line[] {
  const command = textAt(input, "command").slice(0, maxChars(options));
  const lines = layoutCode({ lines: cleanLines(command), language: "bash" }, { ...options, width: options.width - 2 });
  const rest = Object.entries(input).filter(([name]) => name !== "command");
  return [...prefixLines(lines, span("$ ", "mark")), ...layoutFields(rest, options)];
}

function layoutPlan(input: Input, options: ToolInputOptions): Line[] {
  return [...layoutMarkdown(textAt(input, "plan").slice(0, maxChars(options)), options)];
}

/** Each is a row at least. */
function layoutFields(fields: readonly [name: string, value: unknown][], options: ToolInputOptions): Line[] {
  return fields.slice(0, options.maxRows).flatMap(([name, value]) => layoutField(name, value, options));
}

function maxChars({ width, maxRows = MAX_FIELD_CHARS }: ToolInputOptions): number {
  return Math.min(MAX_FIELD_CHARS, maxRows * width);
}

function layoutField(name: string, value: unknown, options: ToolInputOptions): Line[] {
  const text = typeof value === "string" ? value : `${JSON.stringify(value, undefined, 2)}`;
  const label = span(`${printableLine(name, 40)}: `, "muted");
  const [first = "", ...rest] = cleanLines(text.slice(0, maxChars(options)));
  const lines: Line[] = [[label, span(first, undefined)], ...rest.map((line) => [span(line, undefined)])];
  const left: Line[] = text.length > maxChars(options) ? [[span("…", "muted")]] : [];
  return [...lines.flatMap((line) => wrapLine(line, options.width)), ...left];
}

/** What an agent wrote as todos, whatever it is. */
function todosAt(input: Input): TodoItem[] {
  const todos = Array.isArray(input["todos"]) ? input["todos"] : [];
  return todos.map((todo: unknown) => ({
    content: textAt(todo, "content"),
    status: textAt(todo, "status"),
    activeForm: textAt(todo, "activeForm"),
  }));
}
