/** Answers to what the agent of the shown session asks. */
import type { AnswerApproval, ApprovalEntry } from "@cc-docker/client";
import { printableLine } from "../../output/printable.ts";
import { parseToolInput } from "../../session/parse-tool-input.ts";
import { toAnswer } from "../../session/questions.ts";
import { suggestRule } from "../../session/suggest-rule.ts";
import { askedKey } from "../state/answer-guard.ts";
import type { App } from "../state/app.ts";
import { EMPTY_EDITOR, editorWith } from "../state/editor.ts";
import type { OpenSession } from "../state/open-session.ts";

export const APPROVAL_ACTIONS = {
  allow: (app: App) =>
    withApproval(app, "allow", (approval, session) =>
      approval.approvalKind === "question"
        ? askForAnswer({ app, approval, session }, "")
        : answer(app, approval, { decision: "allow" }),
    ),
  "allow-always": (app: App) =>
    withApproval(app, "allow", (approval) => {
      if (approval.approvalKind !== "tool") return app.say("Only a tool can be allowed from now on.");
      askForRule(app, approval);
    }),
  deny: (app: App) =>
    withApproval(app, "other", (approval) => {
      const onAnswer = (why: string) =>
        app.attempt(() => answer(app, approval, { decision: "deny", ...(why.trim() !== "" && { message: why }) }));
      app.set({ ask: { label: "Deny; what the agent is told", editor: EMPTY_EDITOR, onAnswer } });
    }),
  "edit-input": (app: App) => withApproval(app, "other", (approval) => editInput(app, approval)),
  "more-of-asked": (app: App) => {
    app.current()?.guard.turnPage();
    app.frames.now();
  },
  choose: (app: App, key: string) =>
    withApproval(app, "allow", (approval, session) => choose({ app, approval, session }, Number(key))),
} as const;

/** In columns, of a tool's name in the label above a line. */
const MAX_TOOL_NAME = 30;

type Answering = { app: App; approval: ApprovalEntry; session: OpenSession };

/** What is answered is what the screen shows, what there was time to see, and all of it where it is to be allowed. */
function withApproval(
  app: App,
  answer: "allow" | "other",
  work: (approval: ApprovalEntry, session: OpenSession) => unknown,
): unknown {
  const session = app.current();
  const approval = session?.approvals()[0];
  if (!session || !approval) return undefined;
  const refusal = session.guard.refuse(askedKey(approval, session.openQuestion(approval)), answer);
  return refusal === undefined ? work(approval, session) : app.say(refusal);
}

/** What is allowed for good is seen, and may be changed, before it is; it is typed where no rule is suggested. */
function askForRule(app: App, approval: ApprovalEntry): void {
  const onAnswer = (typed: string) =>
    app.attempt(async () => {
      const rule = typed.trim();
      if (rule === "") return app.say("No rule was left; nothing was answered.");
      await answer(app, approval, { decision: "allow", rule });
      app.say(`${printableLine(rule)} is not asked about in this session any more.`);
    });
  const toolName = printableLine(approval.toolName, MAX_TOOL_NAME);
  const label = `Always allow by a rule (${toolName} alone allows all)`;
  app.set({ ask: { label, editor: editorWith(suggestRule(approval) ?? ""), onAnswer } });
}

async function answer(
  { client }: App,
  { id }: ApprovalEntry,
  given: Omit<AnswerApproval, "approvalId">,
): Promise<void> {
  await client.approvals.answer.mutate({ approvalId: id, ...given });
}

/** @throws CcError REQUEST_INVALID when what was left is no JSON object */
async function editInput(app: App, approval: ApprovalEntry): Promise<void> {
  const left = await app.editOutside(JSON.stringify(approval.input, undefined, 2), "input.json");
  if (left === undefined) return app.say("The input was left as it was; nothing was answered.");
  await answer(app, approval, { decision: "allow", updatedInput: parseToolInput("The edited input", left) });
}

/** The option of that number, for the first question without an answer. Where several may be chosen it is the first. */
async function choose(answering: Answering, number: number): Promise<void> {
  const question = answering.session.openQuestion(answering.approval);
  if (!question?.options[number - 1]) return;
  if (question.isMultiple) askForAnswer(answering, `${number}, `);
  else await giveAnswer(answering, String(number));
}

/** In words of one's own, or by numbers. */
function askForAnswer(answering: Answering, beginning: string): void {
  const question = answering.session.openQuestion(answering.approval);
  if (!question) return;
  const onAnswer = (text: string) => answering.app.attempt(() => giveAnswer(answering, text));
  const label = question.isMultiple ? `${question.text} (numbers, with commas between)` : question.text;
  answering.app.set({ ask: { label, editor: editorWith(beginning), onAnswer } });
}

/** With the answer to its last question all of them are sent. */
async function giveAnswer({ app, approval, session }: Answering, typed: string): Promise<void> {
  const question = session.openQuestion(approval);
  if (!question || typed.trim() === "") return;
  const given = { ...session.answers.get(approval.id), [question.text]: toAnswer(question, typed) };
  session.answers.set(approval.id, given);
  app.frames.now();
  if (session.openQuestion(approval)) return;
  try {
    await answer(app, approval, { decision: "allow", updatedInput: { answers: given } });
  } catch (error) {
    session.answers.delete(approval.id); // they are asked for again
    throw error;
  }
}
