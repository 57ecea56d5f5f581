/** What the agent asks, in a box above the editor. Pure. */
import type { ApprovalEntry } from "@cc-docker/client";
import { literal } from "../../output/printable.ts";
import type { Question } from "../../session/questions.ts";
import type { Shown } from "../state/answer-guard.ts";
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
  /** By how many pages its rows are moved up. */
  readonly page: number;
};

export type ApprovalBox = { readonly lines: Line[] } & Omit<Shown, "key">;

/** More rows are not laid out, nor more characters: what is longer is opened in an editor. */
const MAX_ROWS = 5000;
const MAX_CHARS = 100_000;

/** In at least 3 rows, also where there is no room for them. What does not fit is shown page by page. */
export function approvalBox(asked: AskedView, columns: number, maxRows: number): ApprovalBox {
  const { approval, waiting, isWriting } = asked;
  const more = waiting > 0 ? `  (${waiting} more)` : "";
  const title = approval.title === "" ? titleOf(approval) : approval.title;
  const { rows, isCut } = bodyOf(asked, columns);
  const room = Math.max(1, maxRows - 2);
  const { shown, rowsBelow } = pageOf(rows, room, asked);
  const lines = [
    fit([span("┌ ", "waiting"), words(literal(`${title}${more}`), "warning")], columns),
    ...shown.map((line): Line => [span("│ ", "waiting"), ...line]),
    keysLine(approval, isWriting),
  ];
  return { lines, isReadable: maxRows >= 3 && (rows.length <= room || room > 1), rowsBelow, isCut };
}

/** As much as fits, with a row that says what does not. */
function pageOf(rows: readonly Line[], room: number, { page, isWriting }: AskedView) {
  if (rows.length <= room) return { shown: rows, rowsBelow: 0 };
  const size = room - 1;
  const from = Math.min(page * size, rows.length - size);
  const rowsBelow = rows.length - from - size;
  const key = isWriting ? "alt+v" : "v";
  const said = rowsBelow > 0 ? `… ${rowsBelow} more rows: ${key} shows them` : `… the end: ${key} to the beginning`;
  return { shown: [...rows.slice(from, from + size), [span(said, "warning")]], rowsBelow };
}

type Body = { rows: Line[]; isCut: boolean };
/** Inputs do not change, and are looked at with every frame. */
const known = new WeakMap<object, Body & { columns: number }>();

function bodyOf({ approval, question }: AskedView, columns: number): Body {
  const inner = columns - 2;
  if (question) return { rows: questionLines(question).flatMap((line) => wrapLine(line, inner)), isCut: false };
  const found = known.get(approval.input);
  if (found?.columns === columns) return found;
  const options = { width: Math.max(MIN_WIDTH, inner), maxRows: MAX_ROWS, isAsked: true };
  const rows = layoutToolInput(approval.toolName, approval.input, options).flatMap((line) => wrapLine(line, inner));
  const isCut = rows.length >= MAX_ROWS || JSON.stringify(approval.input).length > MAX_CHARS;
  const body = { rows, isCut, columns };
  known.set(approval.input, body);
  return body;
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
