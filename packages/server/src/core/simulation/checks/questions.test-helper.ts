/** What agents ask: each question once, with one answer, by which the agent acts. */
import type { Event } from "@cc-docker/protocol";
import { short } from "../plan/stage.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

const STATE_OF = { allow: "allowed", deny: "denied" } as const;

export function answersHaveOneEffect({ stage, approvals, sessions }: Findings): string[] {
  const { ledger, world } = stage;
  const torn = [...ledger.answers].filter(([, decisions]) => decisions.size > 1);
  const stated = approvals.filter(({ id, state }) => {
    const [decision] = ledger.answers.get(id) ?? [];
    return decision && state !== STATE_OF[decision];
  });
  const there = new Set(approvals.map(({ turnId }) => turnId)); // those of deleted sessions are gone
  const unfounded = world.notes.toolDecisions.filter(
    ({ turnId, step, decision }) =>
      there.has(turnId) &&
      !approvals.some((row) => row.turnId === turnId && row.input["step"] === step && row.state === STATE_OF[decision]),
  );
  const open = approvals.filter(({ state }) => state === "open");
  const counted = sessions.filter(({ openApprovals }) => openApprovals !== 0);
  return [
    ...torn.map(([id]) => `question ${short(id)} was answered both ways`),
    ...stated.map(({ id, state }) => `question ${short(id)} is ${state}, which was not its answer`),
    ...unfounded.map(
      ({ turnId, step, decision }) => `the tool ${step} of turn ${short(turnId)} was taken for ${decision}`,
    ),
    ...open.map(({ id }) => `question ${short(id)} is still open`),
    ...counted.map(({ id, openApprovals }) => `session ${short(id)} counts ${openApprovals} open questions`),
  ];
}

/** An agent that goes on with a turn asks anew what its predecessor had asked: that is no other question. */
export function nobodyIsAskedTwice({ logs }: Findings): string[] {
  return [...logs].flatMap(([id, log]) => {
    const asked = new Map<string, string>();
    return log.flatMap((event) => {
      const { approvalId, question } = readQuestion(event);
      if (event.type === "approval.withdrawn") for (const [key, by] of asked) if (by === approvalId) asked.delete(key);
      if (event.type !== "approval.requested" || !question || !approvalId) return [];
      const problem = asked.has(question) ? [`${short(id)} was asked once more at ${event.seq}: ${question}`] : [];
      asked.set(question, approvalId);
      return problem;
    });
  });
}

function readQuestion({ data }: Event): { approvalId?: string | undefined; question?: string } {
  const { approvalId, approval } = data as { approvalId?: string; approval?: { id: string; input: unknown } };
  return approval ? { approvalId: approval.id, question: JSON.stringify(approval.input) } : { approvalId };
}
