/** What the agent means to do, one item below the other. */
import type { TodoItem } from "@cc-docker/client";
import { printableLine } from "../../../output/printable.ts";
import { type Line, type Span, span } from "../line.ts";
import { prefixLines, wrapLine } from "../wrap/wrap-line.ts";

const MARKS: Record<string, Span> = {
  completed: { text: "[x] ", style: "success" },
  in_progress: { text: "[>] ", style: "waiting" },
};
const PENDING: Span = { text: "[ ] ", style: "mark" };

/** `width` in columns; at least MIN_WIDTH. */
export function layoutTodos(todos: readonly TodoItem[], width: number): Line[] {
  return todos.flatMap(({ content, status }) => {
    const mark = MARKS[status] ?? PENDING;
    const style = status === "completed" ? "muted" : status === "in_progress" ? "strong" : undefined;
    return prefixLines(wrapLine([span(printableLine(content), style)], width - mark.text.length), mark);
  });
}
