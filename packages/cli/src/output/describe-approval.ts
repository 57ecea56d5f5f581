/** What an agent asks, in lines for people, with the command that answers it. */
import { at, type Event, isRecord, type ToolInput, textAt } from "@cc-docker/protocol";
import { planLines } from "./describe-plan.ts";
import { inputFields } from "./input-fields.ts";
import { literal } from "./printable.ts";

/** As an approval has it; without a title where Claude Code gave none. */
export type Asked = {
  id: string;
  kind: string;
  toolName: string;
  input: ToolInput;
  title?: string | undefined;
  suggestedRules?: readonly string[] | undefined;
};

/** More of an input than this is not read in a terminal. */
const MAX_SHOWN_CHARS = 2000;

/** Last is how it is answered. */
export function describeAsked({ id, kind, toolName, input, title = "" }: Asked): string[] {
  const what = literal(title === "" ? `the agent asks to use ${toolName}` : title);
  const answers = kind === "question" ? ` --input '{"answers":{"QUESTION":"LABEL"}}'` : "";
  const shown = kind === "plan" ? [`${what}:`, ...planLines(input)] : [`${what}: ${showInput(input)}`];
  return [...shown, `answer with \`ccd approve ${id}${answers}\` or \`ccd deny ${id} "WHY"\``];
}

function showInput(input: ToolInput): string {
  const fields = inputFields(input).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const text = literal(`{${fields.join(",")}}`);
  const left = text.length - MAX_SHOWN_CHARS;
  return left <= 0 ? text : `${text.slice(0, MAX_SHOWN_CHARS)} … and ${left} characters more`;
}

/** `rule`: what was allowed with it for good; empty when nothing was. */
export type Answered = { state: string; by: string; message: string; rule: string };

export function describeAnswered({ state, by, message, rule }: Answered): string {
  return `${state} by ${by}${rule === "" ? "" : `, always ${rule}`}${message === "" ? "" : `: ${message}`}`;
}

/** What of an `approval.*` event's `data.approval` is there. */
export function readAsked(approval: unknown): Asked {
  const [id, kind, toolName] = [textAt(approval, "id"), textAt(approval, "kind"), textAt(approval, "toolName")];
  const [input, suggested] = [at(approval, "input"), at(approval, "suggestedRules")];
  const suggestedRules = Array.isArray(suggested) ? suggested.filter((rule) => typeof rule === "string") : [];
  return { id, kind, toolName, title: textAt(approval, "title"), input: isRecord(input) ? input : {}, suggestedRules };
}

/** What is asked with an event, or the id of what is not asked any more. */
export function readApproval({ type, data }: Event): { asked?: Asked; over?: string } {
  if (type === "approval.requested") return { asked: readAsked(at(data, "approval")) };
  if (type === "approval.answered" || type === "approval.withdrawn") return { over: textAt(data, "approvalId") };
  return {};
}
