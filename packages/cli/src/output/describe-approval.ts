/** What an agent asks, in lines for people, with the command that answers it. */
import type { ToolInput } from "@cc-docker/protocol";

type Asked = { id: string; kind: string; toolName: string; input: ToolInput; title: string };

/** More of an input than this is not read in a terminal. */
const MAX_SHOWN_CHARS = 2000;

export function describeAsked({ id, kind, toolName, input, title }: Asked): string[] {
  const what = title === "" ? `the agent asks to use ${toolName}` : title;
  const shown = JSON.stringify(input).slice(0, MAX_SHOWN_CHARS);
  const answers = kind === "question" ? ` --input '{"answers":{"QUESTION":"LABEL"}}'` : "";
  return [`${what}: ${shown}`, `answer with \`ccd allow ${id}${answers}\` or \`ccd deny ${id} "WHY"\``];
}

export function describeAnswered({ state, by, message }: { state: string; by: string; message: string }): string {
  return `${state} by ${by}${message === "" ? "" : `: ${message}`}`;
}
