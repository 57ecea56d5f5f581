/** An agent's question as it stands in its approval's input. What agents write is unknown: what does not fit is left out. */
import type { ApprovalEntry } from "@cc-docker/client";

export type Question = {
  /** As the answer names it. */
  readonly text: string;
  readonly isMultiple: boolean;
  readonly options: readonly { readonly label: string; readonly description: string }[];
};

export function questionsOf({ approvalKind, input }: Pick<ApprovalEntry, "approvalKind" | "input">): Question[] {
  const asked = approvalKind === "question" ? input["questions"] : undefined;
  return Array.isArray(asked) ? asked.flatMap(readQuestion) : [];
}

function readQuestion(value: unknown): Question[] {
  const { question, options, multiSelect } = asRecord(value);
  if (typeof question !== "string") return [];
  const choices = Array.isArray(options) ? options.flatMap(readOption) : [];
  return [{ text: question, isMultiple: multiSelect === true, options: choices }];
}

function readOption(value: unknown): Question["options"][number][] {
  const { label, description } = asRecord(value);
  if (typeof label !== "string") return [];
  return [{ label, description: typeof description === "string" ? description : "" }];
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
