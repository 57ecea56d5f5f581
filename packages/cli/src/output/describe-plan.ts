/** The plan that an agent asks to go on with: Claude Code puts it into the question, from the file it is kept in. */
import { type ToolInput, textAt } from "@cc-docker/protocol";

/** Where there is none to be shown, nobody is to allow it unseen. */
export const NO_PLAN =
  "There is no plan to be read: the agent has not written it to its plan file. Deny it, and ask for the plan.";

/** A long plan has some thousand words. */
const MAX_PLAN_CHARS = 20_000;

export function hasPlan(input: ToolInput): boolean {
  return textAt(input, "plan").trim() !== "";
}

/** Whole, for it is what is decided on. */
export function planLines(input: ToolInput): string[] {
  if (!hasPlan(input)) return [NO_PLAN];
  const plan = textAt(input, "plan");
  const left = plan.length - MAX_PLAN_CHARS;
  const lines = plan.slice(0, MAX_PLAN_CHARS).split("\n");
  return left <= 0 ? lines : [...lines, `… and ${left} characters more`];
}
