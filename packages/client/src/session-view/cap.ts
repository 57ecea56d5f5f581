/** Texts and values of any size, brought to a size that a view keeps. */
import { isRecord } from "@cc-docker/protocol";
import { VIEW_LIMITS } from "./view-limits.ts";

export type Capped = { text: string; cutChars: number };

/** The beginning of a text. */
export function capText(text: string, maxChars: number = VIEW_LIMITS.textChars): Capped {
  return { text: text.slice(0, maxChars), cutChars: Math.max(0, text.length - maxChars) };
}

/** The beginning and the end of a text: of an output both say most. */
export function capMiddle(text: string, maxChars: number = VIEW_LIMITS.outputChars): Capped {
  const cutChars = text.length - maxChars;
  if (cutChars <= 0) return { text, cutChars: 0 };
  const head = Math.floor(maxChars / 2);
  return { text: text.slice(0, head) + text.slice(head + cutChars), cutChars };
}

export type CappedInput = { input: Readonly<Record<string, unknown>>; chars: number };

/** What a tool is called with. What is within the limits is the same object. */
export function capInput(value: unknown): CappedInput {
  if (!isRecord(value)) return { input: {}, chars: 0 };
  const used = measure(value, VIEW_LIMITS.inputDepth);
  if (used <= VIEW_LIMITS.inputChars) return { input: value, chars: used };
  const budget = { left: VIEW_LIMITS.inputChars as number };
  const input = cut(value, budget, VIEW_LIMITS.inputDepth) as Readonly<Record<string, unknown>>;
  return { input, chars: VIEW_LIMITS.inputChars };
}

/** Names, strings and a little for each value; without end where it nests too deep, so that it is cut. */
function measure(value: unknown, levels: number): number {
  if (typeof value === "string") return value.length + 8;
  if (typeof value !== "object" || value === null) return 8;
  if (levels === 0) return Number.POSITIVE_INFINITY;
  let chars = 8;
  for (const [name, held] of Object.entries(value)) chars += name.length + measure(held, levels - 1);
  return chars;
}

function cut(value: unknown, budget: { left: number }, levels: number): unknown {
  budget.left -= 8;
  if (typeof value === "string") {
    const kept = value.slice(0, Math.max(0, budget.left));
    budget.left -= kept.length;
    return kept;
  }
  if (typeof value !== "object" || value === null) return value;
  if (levels === 0) return undefined;
  const kept: [string, unknown][] = [];
  for (const [name, held] of Object.entries(value)) {
    if (budget.left <= 0) break;
    budget.left -= name.length;
    kept.push([name, cut(held, budget, levels - 1)]);
  }
  return Array.isArray(value) ? kept.map(([, held]) => held) : Object.fromEntries(kept);
}
