/** What the agent asks and waits for: the question goes to the outbox, the answer comes over the link, in any time. */
import {
  type ApprovalAnswer,
  MAX_APPROVAL_INPUT_BYTES,
  MAX_APPROVAL_NAME_LENGTH,
  type TurnId,
} from "@cc-docker/protocol";
import type { AgentQuestion } from "./agent/agent.ts";
import type { NewItem } from "./outbox.ts";

export type Approvals = {
  /** Resolves with the answer; never, when `signal` withdraws the question. */
  ask(question: AgentQuestion, signal: AbortSignal): Promise<ApprovalAnswer>;
  /** An answer has come. One that nothing waits for is ignored. */
  answer(key: string, answer: ApprovalAnswer): void;
  /** The agent has said something else, so it lives: what it withdrew by then it withdrew itself. */
  heard(): void;
};

type ApprovalsDeps = { runningTurn: () => TurnId | undefined; add: (item: NewItem) => void };

const MAX_TEXT_LENGTH = 2000;

/** Of what waits at once in a turn: more than anybody could look at. The gateway keeps it all, and looks through it. */
const MAX_WAITING = { questions: 100, bytes: 8 * MAX_APPROVAL_INPUT_BYTES };

type Waiting = { turnId: TurnId; bytes: number; resolve: (answer: ApprovalAnswer) => void };

export function createApprovals({ runningTurn, add }: ApprovalsDeps): Approvals {
  const waiting = new Map<string, Waiting>();
  let withdrawn: { turnId: TurnId; key: string }[] = [];

  async function ask(question: AgentQuestion, signal: AbortSignal): Promise<ApprovalAnswer> {
    const turnId = runningTurn();
    const refusal = turnId ? refuse(question, turnId, waiting) : "No turn is running, so nobody can be asked.";
    if (refusal !== undefined || !turnId) return { decision: "deny", message: refusal };
    const { key, toolName, input, title, description, suggestedRules = [] } = question;
    const { promise, resolve } = Promise.withResolvers<ApprovalAnswer>();
    waiting.set(key, { turnId, bytes: sizeOf(input), resolve });
    signal.addEventListener("abort", () => {
      if (waiting.delete(key)) withdrawn.push({ turnId, key });
    });
    const words = {
      ...(title !== undefined && { title: title.slice(0, MAX_TEXT_LENGTH) }),
      ...(description !== undefined && { description: description.slice(0, MAX_TEXT_LENGTH) }),
      ...(suggestedRules.length > 0 && { suggestedRules: [...suggestedRules] }),
    };
    add({ kind: "approval", turnId, key, toolName, input, ...words });
    return promise;
  }

  function answer(key: string, given: ApprovalAnswer): void {
    waiting.get(key)?.resolve(given);
    waiting.delete(key);
  }

  /** An agent that dies lets go of its questions too. Its successor asks them again, so they stay open. */
  function heard(): void {
    const told = withdrawn;
    withdrawn = [];
    for (const item of told) add({ kind: "approval-withdrawn", ...item });
  }

  return { ask, answer, heard };
}

/** What cannot be shown, or told apart, is not asked. The agent's process may say anything. */
function refuse(
  { key, toolName, input }: AgentQuestion,
  turnId: TurnId,
  waiting: ReadonlyMap<string, Waiting>,
): string | undefined {
  if (key === "" || key.length > MAX_APPROVAL_NAME_LENGTH || waiting.has(key)) return "The call has no id of its own.";
  if (toolName === "" || toolName.length > MAX_APPROVAL_NAME_LENGTH) return "The tool has no usable name.";
  const bytes = sizeOf(input);
  if (bytes > MAX_APPROVAL_INPUT_BYTES)
    return `The input has ${bytes} bytes; more than ${MAX_APPROVAL_INPUT_BYTES} cannot be shown to be approved. Use smaller steps.`;
  const others = [...waiting.values()].filter((one) => one.turnId === turnId);
  const waitingBytes = others.reduce((sum, one) => sum + one.bytes, bytes);
  if (others.length < MAX_WAITING.questions && waitingBytes <= MAX_WAITING.bytes) return undefined;
  return `${others.length} calls wait for an answer already, which is as much as can be asked at once.`;
}

function sizeOf(input: AgentQuestion["input"]): number {
  return Buffer.byteLength(JSON.stringify(input));
}
