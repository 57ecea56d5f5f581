/** What the tool AskUserQuestion asks, and its answer from what a person types. Pure; the input is the agent's. */
import type { ToolInput } from "@cc-docker/protocol";
import { at } from "../output/read-data.ts";

export type Question = { text: string; labels: string[]; isMultiple: boolean };

/** As far as the input has the shape of questions. */
export function readQuestions({ questions }: ToolInput): Question[] {
  return Array.isArray(questions) ? questions.flatMap(readQuestion) : [];
}

/** Numbers stand for labels, with commas between them where several may be chosen; anything else for itself. */
export function toAnswer({ labels, isMultiple }: Question, typed: string): string {
  const words = isMultiple ? typed.split(",").map((word) => word.trim()) : [typed.trim()];
  const chosen = words.map((word) => (/^\d{1,3}$/.test(word) ? (labels[Number(word) - 1] ?? word) : word));
  return chosen.join(", ");
}

function readQuestion(asked: unknown): Question[] {
  const [text, options] = [at(asked, "question"), at(asked, "options")];
  if (typeof text !== "string") return [];
  const labels = Array.isArray(options) ? options.map((option) => at(option, "label")) : [];
  const isMultiple = at(asked, "multiSelect") === true;
  return [{ text, labels: labels.filter((label) => typeof label === "string"), isMultiple }];
}
