/** Asks the person in a chat what the agent asks, one thing after the other, and answers the gateway. */
import type { AnswerApproval, Client } from "@cc-docker/client";
import { type ApprovalAnswer, isCcError } from "@cc-docker/protocol";
import { type Asked, describeAsked } from "../output/describe-approval.ts";
import { printableLine } from "../output/printable.ts";
import { type Question, readQuestions, toAnswer } from "../session/questions.ts";
import { suggestRule } from "../session/suggest-rule.ts";
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

const YES_NO = "[y]es, [n]o, or n and why: ";
const yesAlwaysNo = (rule: string) =>
  `[y]es, [a]lways ${printableLine(rule)} (or a and another rule), [n]o, or n and why: `;
const ANSWER = "number or answer; /deny and why: ";

/** Nobody waits for the answer any more. */
const OVER: ReadonlySet<string> = new Set(["APPROVAL_ANSWERED", "APPROVAL_WITHDRAWN"]);
/** It cannot be given so: another one can. */
const UNUSABLE: ReadonlySet<string> = new Set(["REQUEST_INVALID", "ALLOWED_RULES_FULL"]);

export function createAsker({ client, input, say, signal, onEnd, onFailure }: Deps): Asker {
  const open = new Map<string, AbortController>();

  async function ask(asked: Asked): Promise<void> {
    if (open.has(asked.id)) return;
    const forgotten = new AbortController();
    open.set(asked.id, forgotten);
    const ends = AbortSignal.any([signal, forgotten.signal]);
    await answer(asked, ends).catch((error: unknown) => {
      if (!ends.aborted) onFailure(error);
    });
  }

  function forget(approvalId: string): void {
    open.get(approvalId)?.abort();
    open.delete(approvalId);
  }

  async function answer(asked: Asked, ends: AbortSignal): Promise<void> {
    for (const line of describeAsked(asked).slice(0, 1)) await say(line);
    const questions = asked.kind === "question" ? readQuestions(asked.input) : [];
    for (;;) {
      const given = questions.length > 0 ? await askQuestions(questions, ends) : await askWhether(asked, ends);
      if (!given) {
        await say(`nobody answers; it waits: \`ccd approve ${asked.id}\` or \`ccd deny ${asked.id}\``);
        return onEnd();
      }
      if (await settle({ approvalId: asked.id, ...given }, { client, say, signal })) return;
    }
  }

  async function askWhether(asked: Asked, ends: AbortSignal): Promise<ApprovalAnswer | undefined> {
    const rule = asked.kind === "tool" ? suggestRule(asked) : undefined;
    for (;;) {
      const typed = await input.read(rule === undefined ? YES_NO : yesAlwaysNo(rule), { fresh: true, signal: ends });
      if (typed === undefined) return undefined;
      const given = toDecision(typed, rule);
      if (given) return given;
      await say("that is no answer");
    }
  }

  async function askQuestions(questions: Question[], ends: AbortSignal): Promise<ApprovalAnswer | undefined> {
    const answers: Record<string, string> = {};
    for (const question of questions) {
      await say(question.text);
      for (const [index, { label }] of question.options.entries()) await say(`${index + 1}. ${label}`);
      const typed = await readSomething(ends);
      if (typed === undefined) return undefined;
      if (/^\/deny\b/.test(typed)) return toDenial(typed.slice("/deny".length));
      answers[question.text] = toAnswer(question, typed);
    }
    return { decision: "allow", updatedInput: { answers } };
  }

  async function readSomething(ends: AbortSignal): Promise<string | undefined> {
    for (;;) {
      const typed = await input.read(ANSWER, { fresh: true, signal: ends });
      if (typed?.trim() !== "") return typed;
    }
  }

  return { ask, forget };
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

/** `rule`: what is allowed for good unless it is said, where that can be. `undefined`: what was typed is no answer. */
export function toDecision(typed: string, rule?: string): ApprovalAnswer | undefined {
  const [, always, wanted] = /^\s*(a|always)(?:\s+(\S.*?))?\s*$/i.exec(typed) ?? [];
  if (always !== undefined && rule !== undefined) return { decision: "allow", rule: wanted ?? rule };
  const [, no, why = ""] = /^\s*(no?)(?:\s+([^]*))?$/i.exec(typed) ?? [];
  if (no !== undefined) return toDenial(why);
  return /^\s*y(es)?\s*$/i.test(typed) ? { decision: "allow" } : undefined;
}

function toDenial(why: string): ApprovalAnswer {
  const message = why.trim();
  return { decision: "deny", ...(message !== "" && { message }) };
}
