/** `ccd approve` and `ccd deny`: the answer to what an agent asks. */
import { type Approval, CcError } from "@cc-docker/protocol";
import { Argument, Option } from "commander";
import { defineCommand, type Json } from "../../command.ts";
import type { Io } from "../../io.ts";
import { printResult } from "../../output/print-result.ts";
import { printableLine } from "../../output/printable.ts";
import { connect } from "../../server/connect.ts";
import { type ApprovalName, findApproval } from "../../session/find-approval.ts";
import { parseToolInput } from "../../session/parse-tool-input.ts";
import { looksLikeId } from "../../session/pick-id.ts";
import { suggestRule } from "../../session/suggest-rule.ts";

/** In columns, of a tool's name in a message. */
const MAX_TOOL_NAME = 60;

type ApproveInput = ApprovalName & { input?: string; always?: true; rule?: string } & Json;
type DenyInput = ApprovalName & { message?: string | undefined } & Json;

const approvalArgument = new Argument(
  "[approval]",
  "the id that is shown with the question, or 4 or more characters of its beginning",
);
const sessionOption = new Option(
  "--session <session>",
  "what this session asks; the session of this directory when absent",
);
const JSON_IS = "print the approval as a line of JSON";

export const approveCommand = defineCommand<ApproveInput>({
  name: "approve",
  group: "approvals",
  summary: "let an agent do what it asks for",
  details: "`ccd show` lists what a session's agent asks. The first answer holds, whoever gives it.",
  arguments: [approvalArgument],
  options: [
    sessionOption,
    new Option("--input <json>", "have it do this instead, or the answers to its question"),
    new Option(
      "--always",
      "also for the rest of the session, by the rule that Claude Code suggests; it is printed",
    ).conflicts("rule"),
    new Option(
      "--rule <rule>",
      "also for the rest of the session, what this rule covers: `Bash`, or `Bash(npm test *)`",
    ),
  ],
  json: JSON_IS,
  examples: [
    { line: "ccd approve", does: "the one thing that the agent of this directory asks just now" },
    { line: "ccd approve --always", does: "and have it not ask for such things again; prints the rule" },
    { line: "ccd approve --rule 'Bash(npm test *)' ID", does: "and have it not ask for any such command again" },
    { line: `ccd approve --input '{"command":"ls"}' ID`, does: "let it run another command than it wants to" },
    { line: `ccd approve --input '{"answers":{"Which colour?":"Red"}}' ID`, does: "answer a question" },
  ],
  run: approve,
});

export const denyCommand = defineCommand<DenyInput>({
  name: "deny",
  group: "approvals",
  summary: "keep an agent from what it asks for",
  arguments: [approvalArgument, new Argument("[message]", "what the agent is told")],
  options: [sessionOption],
  json: JSON_IS,
  examples: [
    { line: 'ccd deny ID "Not on a Monday"', does: "say why; the agent goes on with that" },
    { line: 'ccd deny "Not on a Monday"', does: "the same for the one thing that the agent of this directory asks" },
  ],
  run: deny,
});

async function approve({ input, always, rule: given, json, ...named }: ApproveInput, io: Io): Promise<number> {
  const updatedInput = input === undefined ? {} : { updatedInput: parseToolInput("--input", input) };
  const client = await connect(io.env);
  const approvalId = await findApproval(client, named, io);
  const rule = always ? suggestedOf(await client.approvals.get.query({ approvalId }, { signal: io.signal })) : given;
  const answer = { approvalId, decision: "allow", ...updatedInput, ...(rule !== undefined && { rule }) } as const;
  return say(await client.approvals.answer.mutate(answer, { signal: io.signal }), { json, io });
}

async function deny({ message: given, json, ...named }: DenyInput, io: Io): Promise<number> {
  const { approval, message } = sortOut(named.approval, given);
  const client = await connect(io.env);
  const approvalId = await findApproval(client, { ...named, approval }, io);
  const answer = { approvalId, decision: "deny", ...(message !== undefined && { message }) } as const;
  return say(await client.approvals.answer.mutate(answer, { signal: io.signal }), { json, io });
}

/** @throws CcError REQUEST_INVALID when nothing is suggested: the whole tool is nothing to guess */
function suggestedOf(approval: Approval): string {
  const rule = suggestRule(approval);
  if (rule !== undefined) return rule;
  const toolName = printableLine(approval.toolName, MAX_TOOL_NAME);
  throw new CcError(
    "REQUEST_INVALID",
    `Claude Code suggests no rule for what ${approval.id} asks: name one with --rule '${toolName}(…)', or allow all of ${toolName} with --rule ${toolName}`,
  );
}

/** The first of one argument may be the message: then it does not look like an id. */
function sortOut(first: string | undefined, message: string | undefined): Pick<DenyInput, "approval" | "message"> {
  if (first === undefined || message !== undefined || looksLikeId(first)) return { approval: first, message };
  return { approval: undefined, message: first };
}

function say(approval: Approval, { json, io }: Json & { io: Io }): Promise<number> {
  const always = approval.answer?.rule === undefined ? "" : `, always ${approval.answer.rule}`;
  return printResult(io, { json, value: approval, line: `${approval.id} ${approval.state}${always}` });
}
