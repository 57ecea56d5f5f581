/** What the agent asked, and what it was told. */
import type { ApprovalEntry } from "@cc-docker/client";
import { describeAnswered } from "../../../output/describe-approval.ts";
import { printableLine } from "../../../output/printable.ts";
import { type Line, span } from "../line.ts";
import { prefixLines, wrapLine } from "../wrap/wrap-line.ts";
import type { EntryOptions } from "./entry-options.ts";
import { layoutToolInput } from "./layout-tool-input.ts";

/** Collapsed it says what was asked and answered: what the tool was to do stands at its call. */
export function layoutApproval(entry: ApprovalEntry, options: EntryOptions): Line[] {
  const { state, title, toolName, description } = entry;
  const isOpen = state === "open";
  const asked = title === "" ? `the agent asks to use ${toolName}` : title;
  const head = wrapLine([span(printableLine(asked), isOpen ? "warning" : "muted")], options.width - 2);
  const inner = { ...options, width: options.width - 2 };
  const details = options.isExpanded ? detailsOf(entry, inner) : [];
  const said = description === "" ? [] : wrapLine([span(printableLine(description), "muted")], inner.width);
  return [
    ...prefixLines(head, span("? ", isOpen ? "warning" : "muted")),
    ...prefixLines([...(options.isExpanded ? said : []), ...details, ...answerOf(entry, inner)], { text: "  " }),
  ];
}

function detailsOf({ toolName, input, updatedInput }: ApprovalEntry, options: EntryOptions): Line[] {
  const asked = layoutToolInput(toolName, input, options);
  if (updatedInput === undefined) return asked;
  const label: Line = [span("answered with", "muted")];
  return [...asked, label, ...layoutToolInput(toolName, updatedInput, options)];
}

function answerOf({ state, answeredBy, message }: ApprovalEntry, { width }: EntryOptions): Line[] {
  if (state === "open") return [];
  const words = describeAnswered({ state, by: answeredBy ?? "nobody", message: message ?? "" });
  return wrapLine([span(printableLine(words), state === "denied" ? "failure" : "muted")], width);
}
