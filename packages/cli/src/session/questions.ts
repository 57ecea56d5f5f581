/** What the tool AskUserQuestion asks, and its answer from what a person types. Pure; the input is the agent's. */
import { at, type ToolInput, textAt } from "@cc-docker/protocol";

export type Question = {
  /** As the answer names it. */
  readonly text: string;
  readonly isMultiple: boolean;
  readonly options: readonly { readonly label: string; readonly description: string }[];
};

/** As far as the input has the shape of questions. */
export function readQuestions({ questions }: ToolInput): Question[] {
  return Array.isArray(questions) ? questions.flatMap(readQuestion) : [];
}

/** Numbers stand for labels, with commas between them where several may be chosen; anything else for itself. */
export function toAnswer({ options, isMultiple }: Question, typed: string): string {
  const words = isMultiple ? typed.split(",").map((word) => word.trim()) : [typed.trim()];
  const chosen = words.map((word) => (/^\d{1,3}$/.test(word) ? (options[Number(word) - 1]?.label ?? word) : word));
  return chosen.join(", ");
}

function readQuestion(asked: unknown): Question[] {
  const [text, options] = [at(asked, "question"), at(asked, "options")];
  if (typeof text !== "string") return [];
  const isMultiple = at(asked, "multiSelect") === true;
  return [{ text, isMultiple, options: Array.isArray(options) ? options.flatMap(readOption) : [] }];
}

function readOption(option: unknown): Question["options"][number][] {
  const label = at(option, "label");
  return typeof label === "string" ? [{ label, description: textAt(option, "description") }] : [];
}
