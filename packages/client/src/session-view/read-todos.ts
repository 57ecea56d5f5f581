import { listAt, nameAt, wordsAt } from "./read-data.ts";
import type { TodoItem } from "./view.ts";
import { VIEW_LIMITS } from "./view-limits.ts";

/** The list that a call of `TodoWrite` writes down; undefined when it writes none. */
export function readTodos(input: Readonly<Record<string, unknown>>): readonly TodoItem[] | undefined {
  if (!Array.isArray(input["todos"])) return undefined;
  return listAt(input, "todos")
    .slice(0, VIEW_LIMITS.todos)
    .map((todo) => ({
      content: wordsAt(todo, "content"),
      status: nameAt(todo, "status"),
      activeForm: wordsAt(todo, "activeForm"),
    }));
}
