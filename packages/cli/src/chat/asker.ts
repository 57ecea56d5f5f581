/** Asks the person in a chat what the agent asks, one thing after the other, and answers the gateway. */
import type { AnswerApproval, Client } from "@cc-docker/client";
import { isCcError } from "@cc-docker/protocol";
import { type Asked, describeAsked } from "../output/describe-approval.ts";
import { askPerson } from "./ask-person.ts";
import type { LineInput } from "./line-input.ts";

export type Asker = {
  /** Resolves when it is answered, or needs no answer any more. */
  ask(asked: Asked): Promise<void>;
  /** The agent needs the answer no more, or somebody else gave it. */
  forget(approvalId: string): void;
};

type Deps = {
  client: Client;
  input: LineInput;
  say: (text: string) => Promise<void>;
  signal: AbortSignal;
  /** There is nobody to answer. */
  onEnd: () => void;
  onFailure: (error: unknown) => void;
};

/** Nobody waits for the answer any more. */
const OVER: ReadonlySet<string> = new Set(["APPROVAL_ANSWERED", "APPROVAL_WITHDRAWN"]);
/** It cannot be given so: another one can. */
const UNUSABLE: ReadonlySet<string> = new Set(["REQUEST_INVALID", "ALLOWED_RULES_FULL"]);

export function createAsker(deps: Deps): Asker {
  const open = new Map<string, AbortController>();

  async function ask(asked: Asked): Promise<void> {
    if (open.has(asked.id)) return;
    const forgotten = new AbortController();
    open.set(asked.id, forgotten);
    const ends = AbortSignal.any([deps.signal, forgotten.signal]);
    await answer(deps, asked, ends).catch((error: unknown) => {
      if (!ends.aborted) deps.onFailure(error);
    });
  }

  function forget(approvalId: string): void {
    open.get(approvalId)?.abort();
    open.delete(approvalId);
  }

  return { ask, forget };
}

async function answer(deps: Deps, asked: Asked, signal: AbortSignal): Promise<void> {
  const { input, say, onEnd } = deps;
  for (const line of describeAsked(asked).slice(0, -1)) await say(line);
  for (;;) {
    const given = await askPerson(asked, { input, say, signal });
    if (!given) {
      await say(`nobody answers; it waits: \`ccd approve ${asked.id}\` or \`ccd deny ${asked.id}\``);
      return onEnd();
    }
    if (await settle({ approvalId: asked.id, ...given }, deps)) return;
  }
}

/** @returns whether there is nothing more to ask */
async function settle(
  answer: AnswerApproval,
  { client, say, signal }: Pick<Deps, "client" | "say" | "signal">,
): Promise<boolean> {
  try {
    await client.approvals.answer.mutate(answer, { signal });
    return true;
  } catch (error) {
    if (!isCcError(error) || !(OVER.has(error.code) || UNUSABLE.has(error.code))) throw error;
    await say(error.message);
    return OVER.has(error.code);
  }
}
