import { randomUUID } from "node:crypto";
import { ApprovalId, type SessionConfig, type SessionId, type TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { agentMessage, openTestCore, refused, resultMessage, type TestCore } from "../core.test-helper.ts";

const ASK: SessionConfig = { permissionMode: "ask" };
const COMMAND = { command: "touch note.txt" };

async function openAsking(config: SessionConfig = {}) {
  const t = await openTestCore();
  const sessionId = await t.openSession("ann", { ...ASK, ...config });
  const turnId = await t.send(sessionId);
  return { ...t, sessionId, turnId };
}

function question(turnId: TurnId, key: string, fields: { toolName?: string; input?: Record<string, unknown> } = {}) {
  return { kind: "approval" as const, turnId, key, toolName: "Bash", input: COMMAND, ...fields };
}

function toolResult(turnId: TurnId, key: string) {
  const content = [{ type: "tool_result", tool_use_id: key, content: "ok" }];
  return agentMessage(turnId, { type: "user", message: { role: "user", content } });
}

const listOpen = async ({ core }: TestCore) =>
  (await core.approvals.list({ owner: "ann", limit: 50, state: "open" })).approvals;

async function onlyOpen(t: TestCore) {
  const approvals = await listOpen(t);
  expect(approvals).toHaveLength(1);
  return (approvals[0] as (typeof approvals)[0]).id;
}

const typesOf = async (t: TestCore, sessionId: SessionId) =>
  (await t.readEvents(sessionId)).map(({ type }) => type).filter((type) => type.startsWith("approval."));

/** The instance dies; the next one's agent is ready and has the turn. */
async function loseInstance(t: TestCore, sessionId: SessionId, generation = 1) {
  t.runtime.exit({ sessionId, generation, detail: "killed" });
  await expect.poll(async () => (await t.store.findSession(sessionId))?.generation).toBe(generation + 1);
  await t.core.links.ready({ sessionId, generation: generation + 1 });
}

describe("what the agent asks", () => {
  it("is stored with its input, told in the log, and listed as open", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "k"));
    const [approval] = await listOpen(t);
    expect(approval).not.toHaveProperty("suggestedRules");
    expect(approval).toMatchObject({ turnId: t.turnId, kind: "tool", state: "open", toolName: "Bash", input: COMMAND });
    const events = await t.readEvents(t.sessionId);
    expect(events.at(-1)).toMatchObject({ type: "approval.requested", turnId: t.turnId, data: { approval } });
    expect(await t.store.findSession(t.sessionId)).toMatchObject({ openApprovals: 1 });
  });

  it("comes with the rules that the agent suggests", async () => {
    const t = await openAsking();
    const suggestedRules = ["Bash(touch *)"];
    await t.ingest(t.sessionId, { ...question(t.turnId, "k"), suggestedRules });
    expect(await listOpen(t)).toMatchObject([{ suggestedRules }]);
    expect((await t.readEvents(t.sessionId)).at(-1)).toMatchObject({ data: { approval: { suggestedRules } } });
  });

  it.each([
    ["AskUserQuestion", "question"],
    ["ExitPlanMode", "plan"],
    ["constructor", "tool"],
  ])("by %s is a %s", async (toolName, kind) => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "k", { toolName }));
    expect(await listOpen(t)).toMatchObject([{ kind }]);
  });

  it("under the same key is asked once, under two keys twice", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "k"), question(t.turnId, "k"), question(t.turnId, "other"));
    expect(await listOpen(t)).toHaveLength(2);
  });

  it("that was withdrawn may be asked again under its key", async () => {
    const t = await openAsking();
    const { sessionId, turnId } = t;
    await t.ingest(sessionId, question(turnId, "k"), { kind: "approval-withdrawn", turnId, key: "k" });
    await t.ingest(sessionId, question(turnId, "k"));
    expect(await listOpen(t)).toHaveLength(1);
    expect(await t.store.findSession(sessionId)).toMatchObject({ openApprovals: 1 });
  });

  it("of a session whose agent is to ask nobody is not asked, and no time stands still for it", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.ingest(sessionId, question(await t.send(sessionId), "k"));
    expect(await t.store.findSession(sessionId)).toMatchObject({ openApprovals: 0 });
  });

  it("for a turn that does not run is not asked", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(randomUUID() as TurnId, "k"));
    expect(await listOpen(t)).toEqual([]);
  });

  it.each(["its agent lets go", "its turn ends", "its turn is interrupted", "its session stops"])(
    "is withdrawn when %s, and cannot be answered any more",
    async (end) => {
      const t = await openAsking();
      const { core, sessionId, turnId } = t;
      await t.ingest(sessionId, question(turnId, "k"));
      const approvalId = await onlyOpen(t);
      if (end === "its agent lets go") await t.ingest(sessionId, { kind: "approval-withdrawn", turnId, key: "k" });
      if (end === "its turn ends") await t.ingest(sessionId, resultMessage(turnId));
      if (end === "its turn is interrupted") await core.turns.interrupt({ owner: "ann", sessionId });
      if (end === "its session stops") await core.sessions.stop({ owner: "ann", sessionId });
      expect(await core.approvals.get({ owner: "ann", approvalId })).toMatchObject({ state: "withdrawn" });
      expect(await typesOf(t, sessionId)).toEqual(["approval.requested", "approval.withdrawn"]);
      expect(await t.store.findSession(sessionId)).toMatchObject({ openApprovals: 0 });
      const late = core.approvals.answer({ owner: "ann", approvalId, answer: { decision: "allow" } });
      await expect(late).rejects.toMatchObject(refused("APPROVAL_WITHDRAWN"));
    },
  );

  it("and lets go of again and again is kept as the last hundred, beside all that was answered", async () => {
    const t = await openAsking();
    const { core, sessionId, turnId } = t;
    await t.ingest(sessionId, question(turnId, "answered"), question(turnId, "open"));
    const [, answered] = await listOpen(t);
    if (!answered) throw new Error("nothing is asked");
    await core.approvals.answer({ owner: "ann", approvalId: answered.id, answer: { decision: "allow" } });
    for (let n = 0; n < 103; n += 1)
      await t.ingest(sessionId, question(turnId, `k${n}`), { kind: "approval-withdrawn", turnId, key: `k${n}` });
    const { approvals } = await core.approvals.list({ owner: "ann", limit: 200 });
    const states = approvals.map(({ state }) => state);
    expect(states).toEqual([...Array.from({ length: 100 }, () => "withdrawn"), "open", "allowed"]);
  });

  it("is listed page by page, newest first, by session and state", async () => {
    const t = await openAsking();
    for (const key of ["a", "b", "c"]) await t.ingest(t.sessionId, question(t.turnId, key, { input: { key } }));
    const list = (input: { cursor?: string }) =>
      t.core.approvals.list({ owner: "ann", limit: 2, sessionId: t.sessionId, ...input });
    const first = await list({});
    const second = await list(first.nextCursor === undefined ? {} : { cursor: first.nextCursor });
    expect([...first.approvals, ...second.approvals].map(({ input }) => input["key"])).toEqual(["c", "b", "a"]);
    expect(second.nextCursor).toBeUndefined();
    await expect(list({ cursor: "x" })).rejects.toMatchObject(refused("REQUEST_INVALID"));
    expect(await t.core.approvals.list({ owner: "ann", limit: 9, state: "denied" })).toEqual({ approvals: [] });
  });

  it("is nobody else's", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "k"));
    const approvalId = await onlyOpen(t);
    expect(await t.core.approvals.list({ owner: "bob", limit: 9 })).toEqual({ approvals: [] });
    for (const call of [
      t.core.approvals.get({ owner: "bob", approvalId }),
      t.core.approvals.answer({ owner: "bob", approvalId, answer: { decision: "allow" } }),
    ])
      await expect(call).rejects.toMatchObject({
        ...refused("APPROVAL_NOT_FOUND"),
        message: `There is no approval ${approvalId}.`,
      });
    const unknown = t.core.approvals.get({ owner: "ann", approvalId: ApprovalId.parse(randomUUID()) });
    await expect(unknown).rejects.toMatchObject(refused("APPROVAL_NOT_FOUND"));
  });
});

describe("an answer", () => {
  it("is stored with who gave it, told in the log and to the wrapper, whose bell rings", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "k"));
    const approvalId = await onlyOpen(t);
    let rings = 0;
    t.core.links.onCommand(t.sessionId, () => void (rings += 1));
    const answer = { decision: "deny", message: "no" } as const;
    const answered = await t.core.approvals.answer({ owner: "ann", approvalId, answer });
    expect(answered).toMatchObject({ state: "denied", answer, answeredBy: "ann" });
    expect(rings).toBe(1);
    expect(await t.core.links.findAnswers({ sessionId: t.sessionId, generation: 1 })).toEqual([
      { id: approvalId, key: "k", answer },
    ]);
    const last = (await t.readEvents(t.sessionId)).at(-1);
    expect(last).toMatchObject({
      type: "approval.answered",
      data: { approvalId, state: "denied", answer, answeredBy: "ann" },
    });
    expect(await t.store.findSession(t.sessionId)).toMatchObject({ openApprovals: 0 });
  });

  it("is the first of those that race; the same once more is fine, and is not told again", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "k"));
    const approvalId = await onlyOpen(t);
    const racing = ["a", "b", "a"].map((message) =>
      t.core.approvals.answer({ owner: "ann", approvalId, answer: { decision: "deny", message } }),
    );
    const outcomes = await Promise.allSettled(racing);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({
      reason: { ...refused("APPROVAL_ANSWERED"), message: expect.stringContaining('"deny": a') },
    });
    expect(await typesOf(t, t.sessionId)).toEqual(["approval.requested", "approval.answered"]);
  });

  it("to a question needs answers, and goes to the agent with its questions", async () => {
    const t = await openAsking();
    const input = { questions: [{ question: "Why?" }] };
    await t.ingest(t.sessionId, question(t.turnId, "k", { toolName: "AskUserQuestion", input }));
    const approvalId = await onlyOpen(t);
    const bare = t.core.approvals.answer({ owner: "ann", approvalId, answer: { decision: "allow" } });
    await expect(bare).rejects.toMatchObject(refused("REQUEST_INVALID"));
    const updatedInput = { answers: { "Why?": "Because" } };
    await t.core.approvals.answer({ owner: "ann", approvalId, answer: { decision: "allow", updatedInput } });
    const [given] = await t.core.links.findAnswers({ sessionId: t.sessionId, generation: 1 });
    expect(given?.answer.updatedInput).toEqual({ ...input, ...updatedInput });
  });

  it("that the agent has used is not sent again", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "k"));
    await t.core.approvals.answer({ owner: "ann", approvalId: await onlyOpen(t), answer: { decision: "allow" } });
    await t.ingest(t.sessionId, toolResult(t.turnId, "k"));
    expect(await t.core.links.findAnswers({ sessionId: t.sessionId, generation: 1 })).toEqual([]);
  });
});

describe("the rule of an answer", () => {
  const openAsked = async (fields: Parameters<typeof question>[2] = {}) => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "k", fields));
    const approvalId = await onlyOpen(t);
    const answer = (rule: string) =>
      t.core.approvals.answer({ owner: "ann", approvalId, answer: { decision: "allow", rule } });
    const rules = async () => (await t.core.sessions.get({ owner: "ann", sessionId: t.sessionId })).allowedRules;
    return { ...t, approvalId, answer, rules };
  };

  it("is in force in its session from then on, once, and told with the answer", async () => {
    const { answer, rules, readEvents, sessionId, core } = await openAsked();
    expect(await rules()).toBeUndefined();
    expect(await answer("Bash(touch *)")).toMatchObject({ state: "allowed", answer: { rule: "Bash(touch *)" } });
    await answer("Bash(touch *)");
    expect(await rules()).toEqual(["Bash(touch *)"]);
    expect(await core.links.findRules(sessionId)).toEqual(["Bash(touch *)"]);
    expect((await readEvents(sessionId)).at(-1)).toMatchObject({ data: { answer: { rule: "Bash(touch *)" } } });
    await expect(answer("Bash")).rejects.toMatchObject(refused("APPROVAL_ANSWERED"));
  });

  it.each([
    ["of another tool", {}, "Write"],
    ["for a question", { toolName: "AskUserQuestion" }, "AskUserQuestion"],
    ["for a plan", { toolName: "ExitPlanMode" }, "ExitPlanMode"],
  ])("%s is refused, and the question stays open", async (_, fields, rule) => {
    const { answer, rules, ...t } = await openAsked(fields);
    await expect(answer(rule)).rejects.toMatchObject(refused("REQUEST_INVALID"));
    expect(await rules()).toBeUndefined();
    await onlyOpen(t);
  });

  it("is one of a hundred at most; one more is refused, and the question stays open", async () => {
    const { answer, rules, ...t } = await openAsked();
    const allowedRules = Array.from({ length: 100 }, (_, n) => `Bash(touch ${n})`);
    await t.store.write((tx) => tx.updateSession(t.sessionId, { allowedRules }));
    await expect(answer("Bash")).rejects.toMatchObject(refused("ALLOWED_RULES_FULL"));
    await onlyOpen(t);
    await answer("Bash(touch 99)"); // which it has
    expect(await rules()).toHaveLength(100);
  });

  it("is withdrawn by what is left out, which rings; none comes in that way", async () => {
    const { answer, rules, core, sessionId } = await openAsked();
    await answer("Bash(touch *)");
    const update = (allowedRules: string[]) => core.sessions.update({ owner: "ann", sessionId, allowedRules });
    await expect(update(["Bash(touch *)", "Bash"])).rejects.toMatchObject(refused("REQUEST_INVALID"));
    expect(await rules()).toEqual(["Bash(touch *)"]);
    let rings = 0;
    core.links.onCommand(sessionId, () => void (rings += 1));
    expect(await update([])).not.toHaveProperty("allowedRules");
    await update([]);
    expect(rings).toBe(1);
    await answer("Bash(touch *)"); // a late repetition of what was said
    expect(await rules()).toBeUndefined();
  });

  it("is not inherited by a fork", async () => {
    const { answer, core, sessionId, turnId, ingest } = await openAsked();
    await answer("Bash");
    await ingest(sessionId, resultMessage(turnId));
    expect(await core.sessions.fork({ owner: "ann", sessionId, config: {} })).not.toHaveProperty("allowedRules");
  });
});

describe("the agent that goes on after a crash", () => {
  it("asks the same question, which stays one; what it does not ask again is withdrawn with the turn", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "a"), question(t.turnId, "b", { input: { command: "other" } }));
    const before = await listOpen(t);
    await loseInstance(t, t.sessionId);
    expect(await t.store.findSession(t.sessionId)).toMatchObject({ openApprovals: 0 });
    await t.ingest(t.sessionId, question(t.turnId, "a2"));
    expect(await listOpen(t)).toEqual(before);
    expect(await t.store.findSession(t.sessionId)).toMatchObject({ openApprovals: 1 });
    await t.ingest(t.sessionId, resultMessage(t.turnId));
    expect(await listOpen(t)).toEqual([]);
  });

  it("is given the answer that was given meanwhile, under its own key", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "a"));
    const approvalId = await onlyOpen(t);
    await loseInstance(t, t.sessionId);
    const answer = { decision: "allow" } as const;
    await t.core.approvals.answer({ owner: "ann", approvalId, answer });
    expect(await t.core.links.findAnswers({ sessionId: t.sessionId, generation: 2 })).toEqual([]);
    await t.ingest(t.sessionId, question(t.turnId, "a2"));
    expect(await t.core.links.findAnswers({ sessionId: t.sessionId, generation: 2 })).toEqual([
      { id: approvalId, key: "a2", answer },
    ]);
    expect(await typesOf(t, t.sessionId)).toEqual(["approval.requested", "approval.answered"]);
    expect(await t.store.findSession(t.sessionId)).toMatchObject({ openApprovals: 0 });
  });

  it("may be the second of its generation, of which the first was lost before it was ready", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "a"));
    const approvalId = await onlyOpen(t);
    t.runtime.exit({ sessionId: t.sessionId, generation: 1, detail: "killed" });
    await expect.poll(async () => (await t.store.findSession(t.sessionId))?.generation).toBe(2);
    await t.core.links.prepareStart(t.sessionId);
    await t.ingest(t.sessionId, question(t.turnId, "a2"));
    await t.core.links.prepareStart(t.sessionId);
    expect(await t.store.findSession(t.sessionId)).toMatchObject({ openApprovals: 0 });
    await t.core.approvals.answer({ owner: "ann", approvalId, answer: { decision: "allow" } });
    await t.ingest(t.sessionId, question(t.turnId, "a3"));
    expect(await listOpen(t)).toEqual([]);
    const given = await t.core.links.findAnswers({ sessionId: t.sessionId, generation: 2 });
    expect(given).toMatchObject([{ id: approvalId, key: "a3", answer: { decision: "allow" } }]);
  });

  it("is asked about what has run already, and about the second of two", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "a"));
    await t.core.approvals.answer({ owner: "ann", approvalId: await onlyOpen(t), answer: { decision: "allow" } });
    await t.ingest(t.sessionId, toolResult(t.turnId, "a"));
    await loseInstance(t, t.sessionId);
    await t.ingest(t.sessionId, question(t.turnId, "a2"));
    expect(await listOpen(t)).toHaveLength(1);
    await t.ingest(t.sessionId, question(t.turnId, "a3"));
    expect(await listOpen(t)).toHaveLength(2);
  });

  it("is asked about another input", async () => {
    const t = await openAsking();
    await t.ingest(t.sessionId, question(t.turnId, "a"));
    await t.core.approvals.answer({ owner: "ann", approvalId: await onlyOpen(t), answer: { decision: "allow" } });
    await loseInstance(t, t.sessionId);
    await t.ingest(t.sessionId, question(t.turnId, "a2", { input: { command: "rm -rf ." } }));
    expect(await listOpen(t)).toHaveLength(1);
  });
});

describe("a session that asks", () => {
  it("may not have rules for parts of a tool, which could not be kept", async () => {
    const t = await openTestCore();
    const create = (config: SessionConfig) => t.core.sessions.create({ owner: "ann", config });
    await expect(create({ ...ASK, allowedTools: ["Read", "Bash(git *)"] })).rejects.toMatchObject(
      refused("TOOL_RULE_UNENFORCEABLE"),
    );
    await create({ ...ASK, allowedTools: ["Bash"], disallowedTools: ["Bash(git *)"] });
    await create({ allowedTools: ["Bash(git *)"] });
  });
});
