/** What the agent asks and waits for, as the wrapper keeps it. */
import type { ApprovalAnswer, OutboxItem, TurnId } from "@cc-docker/protocol";
import type { Question } from "./agent.test-helper.ts";

/** An item before the outbox has numbered it. */
export type NewItem = OutboxItem extends infer Item ? (Item extends { n: number } ? Omit<Item, "n"> : never) : never;

export function createQuestions({
  runningTurn,
  add,
}: {
  runningTurn: () => TurnId | undefined;
  add: (item: NewItem) => void;
}) {
  const waiting = new Map<string, (answer: ApprovalAnswer) => void>();
  let withdrawn: { turnId: TurnId; key: string }[] = [];

  function ask({ key, toolName, input }: Question, signal: AbortSignal): Promise<ApprovalAnswer> {
    const turnId = runningTurn();
    if (!turnId) return Promise.resolve({ decision: "deny" });
    const { promise, resolve } = Promise.withResolvers<ApprovalAnswer>();
    waiting.set(key, resolve);
    signal.addEventListener("abort", () => {
      if (waiting.delete(key)) withdrawn.push({ turnId, key });
    });
    add({ kind: "approval", turnId, key, toolName, input });
    return promise;
  }

  /** The agent lives, so what it withdrew it withdrew itself. */
  function heard(): void {
    const told = withdrawn;
    withdrawn = [];
    for (const item of told) add({ kind: "approval-withdrawn", ...item });
  }

  return {
    ask,
    heard,
    answer: (key: string, given: ApprovalAnswer) => {
      waiting.get(key)?.(given);
      waiting.delete(key);
    },
  };
}
