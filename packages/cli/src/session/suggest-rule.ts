/** What "always" means for what an agent asks, unless a person says otherwise. Pure. */
import { printable } from "../output/printable.ts";

export type AskedTool = { readonly toolName: string; readonly suggestedRules?: readonly string[] | undefined };

/** Claude Code's own suggestion; the whole tool where it has none, or none that can be shown as it is. */
export function suggestRule({ toolName, suggestedRules = [] }: AskedTool): string {
  const [suggested] = suggestedRules;
  return suggested !== undefined && printable(suggested) === suggested ? suggested : toolName;
}
