/** What an agent need not ask about, told to its wrapper as a whole whenever it is not what the wrapper was told. */
import { isDeepStrictEqual } from "node:util";
import type { SessionId } from "@cc-docker/protocol";
import type { Core } from "../../core/core.ts";
import { failpoint } from "../../lib/failpoint.ts";
import type { Send } from "./send.ts";

export type RulesSender = {
  /** The wrapper has said what it was told. One that knows of no rules has not, and is told none. */
  begin(told: readonly string[] | undefined): void;
  /** Resolves when the wrapper has been sent what the session has. */
  send(): Promise<void>;
};

type RulesSenderDeps = { links: Pick<Core["links"], "findRules">; sessionId: SessionId; send: Send };

export function createRulesSender({ links, sessionId, send }: RulesSenderDeps): RulesSender {
  let told: readonly string[] | undefined;
  let sent = Promise.resolve();

  async function sendNew(): Promise<void> {
    if (!told) return;
    const allowed = await links.findRules(sessionId);
    if (isDeepStrictEqual(allowed, told)) return;
    told = allowed;
    failpoint("approval.rules-read");
    send({ type: "rules", allowed: [...allowed] }, () => failpoint("approval.rules-sent"));
  }

  return {
    begin: (said) => {
      told = said;
    },
    /** One after the other, so that what was read first is sent first. */
    send: () => {
      sent = sent.then(sendNew);
      return sent;
    },
  };
}
