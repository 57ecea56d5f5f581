/** Tokens as Claude Code tells them, of a turn or of one answer. The agent's word: taken as they parse, or as 0. */
import type { TokenUsage } from "@cc-docker/protocol";
import { z } from "zod";

/** Beyond any turn there can be. */
export const amount = z.number().nonnegative().max(1e12).catch(0);

export const AgentUsage = z
  .object({
    input_tokens: amount,
    output_tokens: amount,
    cache_read_input_tokens: amount,
    cache_creation_input_tokens: amount,
  })
  .catch({ input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 })
  .transform(
    (usage): TokenUsage => ({
      inputTokens: usage.input_tokens,
      outputTokens: usage.output_tokens,
      cacheReadTokens: usage.cache_read_input_tokens,
      cacheCreationTokens: usage.cache_creation_input_tokens,
    }),
  );
