/** What the agent asks, in a box above the editor. Pure. */
import type { ApprovalEntry } from "@cc-docker/client";
import type { Question } from "../../session/questions.ts";
import { cleanLines } from "../text/clean-text.ts";
import { layoutToolInput } from "../text/entries/layout-tool-input.ts";
import { type Line, span } from "../text/line.ts";
import { MIN_WIDTH, wrapLine } from "../text/wrap/wrap-line.ts";
import { fit, words } from "./fit-line.ts";

export type AskedView = {
  readonly approval: ApprovalEntry;
  /** How many more wait behind it. */
  readonly waiting: number;
  /** The one to answer, of a question. */
  readonly question: Question | undefined;
  /** Letters are text: then the keys are with alt. */
  readonly isWriting: boolean;
};

/** Of an input is shown what fits; all of it can be seen where it is edited. */
export function approvalLines(asked: AskedView, columns: number, maxRows: number): Line[] {
  const { approval, waiting, question, isWriting } = asked;
  const more = waiting > 0 ? `  (${waiting} more)` : "";
  const title = approval.title === "" ? titleOf(approval) : approval.title;
  const width = Math.max(MIN_WIDTH, columns - 2);
  const room = Math.max(1, maxRows - 2);
  const options = { width, maxRows: room + 1, isAsked: true };
  const body = question ? questionLines(question) : layoutToolInput(approval.toolName, approval.input, options);
  const wrapped = body
    .flatMap((line) => wrapLine(line, columns - 2))
    .map((line): Line => [span("│ ", "waiting"), ...line]);
  const shown = wrapped.length > room ? [...wrapped.slice(0, room - 1), [span("│ …", "muted")]] : wrapped;
  return [
    fit([span("┌ ", "waiting"), words(`${title}${more}`, "warning")], columns),
    ...shown,
    keysLine(asked.approval, isWriting),
  ];
}

function titleOf({ approvalKind, toolName }: ApprovalEntry): string {
  if (approvalKind === "question") return "The agent asks";
  return approvalKind === "plan" ? "The agent has a plan" : `The agent asks to use ${toolName}`;
}

function keysLine({ approvalKind }: ApprovalEntry, isWriting: boolean): Line {
  const alt = isWriting ? "alt+" : "";
  const keys: readonly (readonly [string, string])[] =
    approvalKind === "question"
      ? [
          ...(isWriting ? [["esc", "then 1 … 9 choose"] as const] : [["1 … 9", "choose"] as const]),
          [`${alt}y`, "own words"],
          [isWriting ? "alt+n" : "d", "deny"],
        ]
      : [
          [`${alt}y`, "allow"],
          ...(approvalKind === "tool" ? [[isWriting ? "alt+a" : "A", "always"] as const] : []),
          [isWriting ? "alt+n" : "d", "deny"],
          [`${alt}e`, "edit"],
        ];
  return [span("└ ", "waiting"), ...keys.flatMap(([key, does]) => [span(key, "code"), span(` ${does}   `, "muted")])];
}

function questionLines({ text, options }: Question): Line[] {
  const asked = cleanLines(text).map((line): Line => [span(line, "strong")]);
  const given = options.map(
    ({ label, description }, index): Line => [
      span(`${index + 1} `, "code"),
      words(label),
      ...(description === "" ? [] : [span("  ", undefined), words(description, "muted")]),
    ],
  );
  return [...asked, ...given];
}
