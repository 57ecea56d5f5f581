/**
 * What the agent need not ask about: settings of its process that only we can change, as a whole and while it works.
 * Rules of its command line could not be taken back, and those of an answer only by another answer.
 */
import type { Query } from "@anthropic-ai/claude-agent-sdk";

export type AllowedRules = {
  /** The agent's process can be spoken to: it is told what was to be allowed by now. */
  speakTo(agent: Pick<Query, "applyFlagSettings">): void;
  allow(rules: readonly string[]): void;
  /** Resolves when the agent heeds what it was told last. */
  heeded(): Promise<void>;
};

export function createAllowedRules(initial: readonly string[] = []): AllowedRules {
  let rules = initial;
  let agent: Pick<Query, "applyFlagSettings"> | undefined;
  let told = Promise.resolve();

  function tell(): void {
    const heeded = agent?.applyFlagSettings({ permissions: { allow: [...rules] } });
    if (heeded) told = heeded.catch(() => undefined); // it goes on asking, or has ended and says so itself
  }

  return {
    speakTo(process) {
      agent = process;
      if (rules.length > 0) tell();
    },
    allow(wanted) {
      rules = wanted;
      tell();
    },
    heeded: () => told,
  };
}
