import { z } from "zod";
import { WHOLLY_VISIBLE } from "./visible-text.ts";

/**
 * A tool by Claude Code's name for it (`Bash`), or what it may be used for (`Bash(git *)`). Claude Code reads these; a
 * name it does not know means nothing to it, so at least what cannot be one is refused. Rules go to it as one list,
 * parted by commas. What people allow by one they see: no character of it is invisible.
 */
export const ToolRule = z
  .string()
  .max(500)
  .regex(
    /^[A-Z][A-Za-z0-9]*(\([^(),\p{Cc}]+\))?$/u,
    "is not a tool's name, such as Bash, or a rule, such as Bash(git *)",
  )
  .regex(WHOLLY_VISIBLE, "has a character that cannot be seen, or that turns the direction of writing");

/** Of the rules that a session's owner has given with answers. */
export const MAX_ALLOWED_RULES = 100;

/** Of what Claude Code suggests for one question. */
export const MAX_SUGGESTED_RULES = 5;

/** Whether the rule is about all uses of its tool. */
export function isToolName(rule: string): boolean {
  return !rule.includes("(");
}

/** The tool that the rule is about, by Claude Code's name for it. */
export function toolOf(rule: string): string {
  return rule.split("(")[0] as string;
}
