/** What the agent asked, and what it was told. */

import type { ApprovalEntry } from "@cc-docker/client";
import { textAt } from "@cc-docker/protocol";
import { describeAnswered } from "../../../output/describe-approval.ts";
import { literal, printableLine } from "../../../output/printable.ts";
import { type Line, span } from "../line.ts";
import { prefixLines, wrapLine } from "../wrap/wrap-line.ts";
import type { EntryOptions } from "./entry-options.ts";
import { layoutToolInput } from "./layout-tool-input.ts";

/** Collapsed it says what was asked and answered: what the tool was to do stands at its call. */
export function layoutApproval(entry: ApprovalEntry, options: EntryOptions): Line[] {
  const isOpen = entry.state === "open";
  const { description } = entry;
  const head = wrapLine(
    [span(printableLine(literal(askedOf(entry))), isOpen ? "warning" : "muted")],
    options.width - 2,
  );
  const inner = { ...options, width: options.width - 2 };
  const details = options.isExpanded ? detailsOf(entry, inner) : [];
  const said = description === "" ? [] : wrapLine([span(printableLine(description), "muted")], inner.width);
  return [
    ...prefixLines(head, span("? ", isOpen ? "warning" : "muted")),
    ...prefixLines([...(options.isExpanded ? said : []), ...details, ...answerOf(entry, inner)], { text: "  " }),
  ];
}

function askedOf({ approvalKind, title, toolName, input }: ApprovalEntry): string {
  if (approvalKind === "question") return questionsIn(input).join(" ");
  return title === "" ? `the agent asks to use ${toolName}` : title;
}

function questionsIn(input: ApprovalEntry["input"]): string[] {
  const questions = Array.isArray(input["questions"]) ? input["questions"] : [];
  return questions.map((asked: unknown) => textAt(asked, "question"));
}

/** What was chosen, in the order of the questions. */
function chosenOf({ updatedInput }: ApprovalEntry): string {
  const answers = updatedInput?.["answers"];
  return typeof answers === "object" && answers !== null ? Object.values(answers).join(", ") : "";
}

function detailsOf({ toolName, input, updatedInput }: ApprovalEntry, options: EntryOptions): Line[] {
  const asked = layoutToolInput(toolName, input, options);
  if (updatedInput === undefined) return asked;
  const label: Line = [span("answered with", "muted")];
  return [...asked, label, ...layoutToolInput(toolName, updatedInput, options)];
}

function answerOf(entry: ApprovalEntry, { width }: EntryOptions): Line[] {
  const { state, answeredBy, message, rule = "" } = entry;
  if (state === "open") return [];
  const told = message === undefined || message === "" ? chosenOf(entry) : message;
  const words = describeAnswered({ state, by: answeredBy ?? "nobody", message: told, rule });
  return wrapLine([span(printableLine(words), state === "denied" ? "failure" : "muted")], width);
}
