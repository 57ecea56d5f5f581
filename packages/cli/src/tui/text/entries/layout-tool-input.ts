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
};

type Input = Readonly<Record<string, unknown>>;

/** More of a field is not laid out: an agent may write without end. */
const MAX_FIELD_CHARS = 100_000;

export function layoutToolInput(toolName: string, input: Input, options: ToolInputOptions): Line[] {
  const { width, patch } = options;
  if (patch !== undefined && patch.length > 0) return layoutHunks(patch, { width, isNumbered: true });
  const edit = editHunks(toolName, input);
  if (edit !== undefined) return layoutHunks(edit, { width, isNumbered: false });
  if (toolName === "Bash") return layoutBash(input, options);
  if (toolName === "TodoWrite") return layoutTodos(todosAt(input), width);
  if (toolName === "ExitPlanMode") return [...layoutMarkdown(textAt(input, "plan"), options)];
  return Object.entries(input).flatMap(([name, value]) => layoutField(name, value, width));
}

function layoutBash(input: Input, options: ToolInputOptions): Line[] {
  const code = { lines: cleanLines(textAt(input, "command")), language: "bash" };
  const lines = layoutCode(code, { ...options, width: options.width - 2 });
  const rest = Object.entries(input).filter(([name]) => name !== "command");
  return [
    ...prefixLines(lines, span("$ ", "mark")),
    ...rest.flatMap(([name, value]) => layoutField(name, value, options.width)),
  ];
}

function layoutField(name: string, value: unknown, width: number): Line[] {
  const text = typeof value === "string" ? value : `${JSON.stringify(value, undefined, 2)}`;
  const label = span(`${printableLine(name, 40)}: `, "muted");
  const [first = "", ...rest] = cleanLines(text.slice(0, MAX_FIELD_CHARS));
  const left = text.length > MAX_FIELD_CHARS ? [[span("…", "muted")]] : [];
  return [
    ...[[label, span(first, undefined)], ...rest.map((line) => [span(line, undefined)])].flatMap((line) =>
      wrapLine(line, width),
    ),
    ...left,
  ];
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
