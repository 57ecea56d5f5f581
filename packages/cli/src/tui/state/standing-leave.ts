/** Tools that may be used without a person being asked, in one session and as long as it is open here. */
import type { ApprovalEntry, Client } from "@cc-docker/client";

/** What people who look at the approval later read. */
const MESSAGE = "This tool was allowed always in ccd.";

export type StandingLeave = {
  give(toolName: string): void;
  /** Some tool may be used. */
  isGiven(): boolean;
  /** Answers what it can; call it whenever an agent may have asked something. */
  answer(open: readonly ApprovalEntry[]): void;
  /** Those that a person is to be asked about. */
  without(open: readonly ApprovalEntry[]): readonly ApprovalEntry[];
};

export type StandingLeaveOptions = {
  client: Client;
  signal: AbortSignal;
  /** An answer did not get through; the person is asked after all. */
  onUnanswered: (error: unknown) => void;
};

export function createStandingLeave({ client, signal, onUnanswered }: StandingLeaveOptions): StandingLeave {
  const tools = new Set<string>();
  const beingAnswered = new Set<string>();

  async function allow(approvalId: string): Promise<void> {
    beingAnswered.add(approvalId);
    try {
      await client.approvals.answer.mutate({ approvalId, decision: "allow", message: MESSAGE }, { signal });
    } catch (error) {
      beingAnswered.delete(approvalId);
      if (!signal.aborted) onUnanswered(error);
    }
  }

  function answer(open: readonly ApprovalEntry[]): void {
    const asked = new Set(open.map(({ id }) => id));
    for (const id of beingAnswered) if (!asked.has(id)) beingAnswered.delete(id);
    for (const { id, approvalKind, toolName } of open)
      if (approvalKind === "tool" && tools.has(toolName) && !beingAnswered.has(id)) void allow(id);
  }

  return {
    give: (toolName) => void tools.add(toolName),
    isGiven: () => tools.size > 0,
    answer,
    without: (open) => open.filter(({ id }) => !beingAnswered.has(id)),
  };
}
