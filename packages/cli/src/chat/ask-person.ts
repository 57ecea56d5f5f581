/** One thing that the agent asks, as a person in a chat answers it. */
import type { ApprovalAnswer } from "@cc-docker/protocol";
import type { Asked } from "../output/describe-approval.ts";
import { printableLine } from "../output/printable.ts";
import { parseToolInput } from "../session/parse-tool-input.ts";
import { type Question, readQuestions, toAnswer } from "../session/questions.ts";
import { suggestRule } from "../session/suggest-rule.ts";
import type { LineInput } from "./line-input.ts";

type Talk = {
  input: LineInput;
  say: (text: string) => Promise<void>;
  /** Nobody needs the answer any more. */
  signal: AbortSignal;
};

/** It can be allowed for good: by the rule that is suggested, or by one that is typed. */
type Always = { suggested: string | undefined };

/** In characters, of a tool's name. */
const MAX_TOOL_NAME = 60;
const YES_NO = "[y]es, [n]o, or n and why: ";
const yesAlwaysNo = ({ toolName }: Asked, { suggested }: Always) => {
  const always =
    suggested === undefined
      ? `a and a rule for always (${printableLine(toolName, MAX_TOOL_NAME)} alone allows all of it)`
      : `[a]lways ${printableLine(suggested)} (or a and another rule)`;
  return `[y]es, ${always}, [e]dit (e and all of the input as JSON), [n]o, or n and why: `;
};
const ANSWER = "number or answer; /deny and why: ";

/**
 * @returns the answer; `undefined` when there is nobody to answer
 * @throws the reason of the signal
 */
export async function askPerson(asked: Asked, talk: Talk): Promise<ApprovalAnswer | undefined> {
  const questions = asked.kind === "question" ? readQuestions(asked.input) : [];
  return questions.length > 0 ? await askQuestions(questions, talk) : await askWhether(asked, talk);
}

async function askWhether(asked: Asked, { input, say, signal }: Talk): Promise<ApprovalAnswer | undefined> {
  const always = asked.kind === "tool" ? { suggested: suggestRule(asked) } : undefined;
  for (;;) {
    const typed = await input.read(always ? yesAlwaysNo(asked, always) : YES_NO, { fresh: true, signal });
    if (typed === undefined) return undefined;
    const given = toDecision(typed, always);
    if (given) return given;
    await say("that is no answer");
  }
}

async function askQuestions(questions: readonly Question[], talk: Talk): Promise<ApprovalAnswer | undefined> {
  const { say } = talk;
  const answers: Record<string, string> = {};
  for (const question of questions) {
    await say(question.text);
    for (const [index, { label }] of question.options.entries()) await say(`${index + 1}. ${label}`);
    const typed = await readSomething(talk);
    if (typed === undefined) return undefined;
    if (/^\/deny\b/.test(typed)) return toDenial(typed.slice("/deny".length));
    answers[question.text] = toAnswer(question, typed);
  }
  return { decision: "allow", updatedInput: { answers } };
}

async function readSomething({ input, signal }: Talk): Promise<string | undefined> {
  for (;;) {
    const typed = await input.read(ANSWER, { fresh: true, signal });
    if (typed?.trim() !== "") return typed;
  }
}

/**
 * `always`: what can be allowed for good, where that can be; there the input may be another, too. `undefined`: what was
 * typed is no answer, as "always" is none where no rule is suggested and none was typed.
 */
export function toDecision(typed: string, always?: Always): ApprovalAnswer | undefined {
  const [, word, wanted = always?.suggested] = /^\s*(a|always)(?:\s+(\S.*?))?\s*$/i.exec(typed) ?? [];
  if (word !== undefined && always) return wanted === undefined ? undefined : { decision: "allow", rule: wanted };
  const [, edited] = /^\s*(?:e|edit)\s+(\{[^]*)$/i.exec(typed) ?? [];
  if (edited !== undefined && always) return toEdited(edited);
  const [, no, why = ""] = /^\s*(no?)(?:\s+([^]*))?$/i.exec(typed) ?? [];
  if (no !== undefined) return toDenial(why);
  return /^\s*y(es)?\s*$/i.test(typed) ? { decision: "allow" } : undefined;
}

function toEdited(text: string): ApprovalAnswer | undefined {
  try {
    return { decision: "allow", updatedInput: parseToolInput("The edited input", text) };
  } catch {
    return undefined;
  }
}

function toDenial(why: string): ApprovalAnswer {
  const message = why.trim();
  return { decision: "deny", ...(message !== "" && { message }) };
}
