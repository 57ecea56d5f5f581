/**
 * What a call of the model costs, where Claude Code does not live to tell. An estimate: by what the session's turns have
 * cost so far, as Claude Code told it, or by the list prices of the model's family.
 */
import type { TokenUsage } from "@cc-docker/protocol";

/** What calls of one model have used. `hourCacheTokens`: of all written to the cache, those written for an hour. */
export type ModelUse = { model: string; usage: TokenUsage; hourCacheTokens: number };

/**
 * What a kind of token costs, in tokens of input, at the most: of some newer models a token from the cache costs less.
 * Writing to the cache is that for five minutes. From the table of
 * https://platform.claude.com/docs/en/about-claude/pricing, read in November 2026.
 */
const WEIGHTS = {
  inputTokens: 1,
  outputTokens: 5,
  cacheReadTokens: 0.1,
  cacheCreationTokens: 1.25,
} as const satisfies Record<keyof TokenUsage, number>;
/** Writing to the cache for an hour is 2, from the same table. */
const MORE_FOR_AN_HOUR = 2 - WEIGHTS.cacheCreationTokens;

/**
 * US dollars for a million tokens of input, from the same table: of each family its dearest model that the service
 * still has (Haiku 4.5, Sonnet 4.6, Opus 5), so that a limit is met too early rather than too late. What is none of
 * these is taken for the dearest of all (Fable, Mythos).
 */
const USD_PER_MILLION = [
  { family: "haiku", usd: 1 },
  { family: "sonnet", usd: 3 },
  { family: "opus", usd: 5 },
] as const;
const DEAREST_USD_PER_MILLION = 10;

/**
 * In US dollars. `known`: what the session's turns have used and cost so far; where they have, the list is not asked.
 * What they had in the cache for an hour is in that cost, though not told apart in that usage.
 */
export function estimateCostUsd(
  uses: readonly ModelUse[],
  known: { costUsd: number; usage: TokenUsage | undefined },
): number {
  const knownWeight = known.usage ? weigh(known.usage) : 0;
  const told = knownWeight > 0 && known.costUsd > 0 ? known.costUsd / knownWeight : undefined;
  return uses.reduce((sum, use) => sum + (told === undefined ? costByList(use) : weigh(use.usage) * told), 0);
}

function costByList({ model, usage, hourCacheTokens }: ModelUse): number {
  return (weigh(usage) + hourCacheTokens * MORE_FOR_AN_HOUR) * listPrice(model);
}

/** Of all kinds, each counted as one: what `MAX_TOKENS_PER_DAY` limits. */
export function countTokens({ inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens }: TokenUsage): number {
  return inputTokens + outputTokens + cacheReadTokens + cacheCreationTokens;
}

function weigh(usage: TokenUsage): number {
  const kinds = Object.keys(WEIGHTS) as (keyof TokenUsage)[];
  return kinds.reduce((sum, kind) => sum + usage[kind] * WEIGHTS[kind], 0);
}

function listPrice(model: string): number {
  const { usd } = USD_PER_MILLION.find(({ family }) => model.includes(family)) ?? { usd: DEAREST_USD_PER_MILLION };
  return usd / 1e6;
}
