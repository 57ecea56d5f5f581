/** What "always" means for what an agent asks, unless a person says otherwise. Pure. */
import { literal } from "../output/printable.ts";

export type AskedTool = { readonly suggestedRules?: readonly string[] | undefined };

/** Claude Code's own suggestion; `undefined` where it has none, or none that can be shown as it is. */
export function suggestRule({ suggestedRules = [] }: AskedTool): string | undefined {
  const [suggested] = suggestedRules;
  return suggested !== undefined && literal(suggested) === suggested ? suggested : undefined;
}
