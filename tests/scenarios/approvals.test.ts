/** Sessions that ask: what is asked waits, is answered once, and outlives whatever is killed meanwhile. */
import { type Client, isCcError } from "@cc-docker/client";
import { expect } from "vitest";
import { readWorkspace, untilAsked, untilClosed } from "../harness/approvals.ts";
import { containerOf, runInside } from "../harness/engine.ts";
import { openSession, runTurn, toolResults } from "../harness/run-turn.ts";
import { shareStack, startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

const ASK = { permissionMode: "ask" } as const;
/** A session is started twice, and a loaded machine takes its time. */
const PATIENCE = { deadlineMs: 100_000 };
const LONG = { timeout: 120_000 };
const QUESTION = {
  question: "Which colour?",
  header: "Colour",
  multiSelect: false,
  options: [
    { label: "Red", description: "warm" },
    { label: "Blue", description: "cold" },
  ],
};

verifies("approval.answers", "an allowed tool runs, with what was asked for, and not before", async () => {
  const client = stack().client();
  await using session = await openSession(client, ASK);
  const running = runTurn(client, session.id, "bash: echo yes >> note.txt\nsay: done");
  const asked = await untilAsked(client, session.id);
  expect(asked).toMatchObject({ kind: "tool", toolName: "Bash", input: { command: "echo yes >> note.txt" } });
  expect(await readWorkspace(session.id, "note.txt")).toBe("");
  const answered = await client.approvals.answer.mutate({ approvalId: asked.id, decision: "allow" });
  expect(answered).toMatchObject({ state: "allowed", answeredBy: "alice", answer: { decision: "allow" } });
  const { text, events } = await running;
  expect(text).toBe("done");
  expect(await readWorkspace(session.id, "note.txt")).toBe("yes\n");
  expect(events.map(({ type }) => type).filter((type) => type.startsWith("approval."))).toEqual([
    "approval.requested",
    "approval.answered",
  ]);
});

verifies("approval.answers", "a denied tool has no effect, the agent is told why, and the turn goes on", async () => {
  const client = stack().client();
  await using session = await openSession(client, ASK);
  const running = runTurn(client, session.id, "bash: touch never.txt\nsay: understood");
  const { id: approvalId } = await untilAsked(client, session.id);
  await client.approvals.answer.mutate({ approvalId, decision: "deny", message: "not on a Monday" });
  const { text, events } = await running;
  expect(text).toBe("understood");
  expect(toolResults(events)).toEqual([expect.stringContaining("not on a Monday")]);
  expect((await runInside(session.id, "ls /workspace")).stdout).toBe("");
});

verifies("approval.answers", "a tool allowed with another input runs with that one and not with its own", async () => {
  const client = stack().client();
  await using session = await openSession(client, ASK);
  const running = runTurn(client, session.id, "bash: touch asked.txt\nsay: done");
  const { id: approvalId } = await untilAsked(client, session.id);
  const updatedInput = { command: "touch changed.txt" };
  await client.approvals.answer.mutate({ approvalId, decision: "allow", updatedInput });
  expect((await running).text).toBe("done");
  expect((await runInside(session.id, "ls /workspace")).stdout).toBe("changed.txt\n");
});

verifies("approval.answers", "a question of the agent is answered by its answers alone", async () => {
  const client = stack().client();
  await using session = await openSession(client, ASK);
  const prompt = `tool: AskUserQuestion ${JSON.stringify({ questions: [QUESTION] })}\nsay: thanks`;
  const running = runTurn(client, session.id, prompt);
  const asked = await untilAsked(client, session.id);
  expect(asked).toMatchObject({ kind: "question", input: { questions: [QUESTION] } });
  const empty = client.approvals.answer.mutate({ approvalId: asked.id, decision: "allow" });
  await expect(empty).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  const updatedInput = { answers: { "Which colour?": "Blue" } };
  await client.approvals.answer.mutate({ approvalId: asked.id, decision: "allow", updatedInput });
  const { text, events } = await running;
  expect(text).toBe("thanks");
  expect(toolResults(events)).toEqual([expect.stringMatching(/Which colour\?.*Blue/)]);
});

verifies("approval.answers", "an approved plan is begun, and what it does is asked for", async () => {
  const client = stack().client();
  await using session = await openSession(client, ASK);
  const prompt = "tool: EnterPlanMode {}\nsay: so\ntool: ExitPlanMode {}\nbash: touch planned.txt\nsay: done";
  const running = runTurn(client, session.id, prompt);
  const plan = await untilAsked(client, session.id);
  expect(plan).toMatchObject({ kind: "plan", toolName: "ExitPlanMode" });
  await client.approvals.answer.mutate({ approvalId: plan.id, decision: "allow" });
  const tool = await untilAsked(client, session.id);
  expect(tool).toMatchObject({ kind: "tool", toolName: "Bash" });
  await client.approvals.answer.mutate({ approvalId: tool.id, decision: "allow" });
  expect((await running).text).toBe("done");
  expect((await runInside(session.id, "ls /workspace")).stdout).toBe("planned.txt\n");
});

verifies("approval.once", "of twenty racing answers one holds, and the others are told which", async () => {
  const clients = Array.from({ length: 5 }, () => stack().client());
  const [client] = clients as [(typeof clients)[0]];
  await using session = await openSession(client, ASK);
  const running = runTurn(client, session.id, "bash: echo asked >> log.txt\nsay: done");
  const { id: approvalId } = await untilAsked(client, session.id);
  const racing = Array.from({ length: 20 }, (_, n) =>
    (clients[n % clients.length] ?? client).approvals.answer.mutate({
      approvalId,
      decision: "allow",
      updatedInput: { command: `echo ${n} >> log.txt` },
    }),
  );
  const outcomes = await Promise.allSettled(racing);
  const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
  const refusals = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  expect(refusals).toHaveLength(19);
  expect(refusals.every((error) => isCcError(error, "APPROVAL_ANSWERED"))).toBe(true);
  expect((await running).text).toBe("done");
  expect(await readWorkspace(session.id, "log.txt")).toBe(`${winner}\n`);
  const again = { approvalId, decision: "allow", updatedInput: { command: `echo ${winner} >> log.txt` } } as const;
  expect(await client.approvals.answer.mutate(again)).toMatchObject({ state: "allowed" });
  await expect(client.approvals.answer.mutate({ approvalId, decision: "deny" })).rejects.toMatchObject({
    code: "APPROVAL_ANSWERED",
    message: expect.stringContaining('"allow"'),
  });
});

verifies("session.foreign", "somebody else's approval answers exactly like one that does not exist", async () => {
  const [client, other] = [stack().client(), stack().client("bob")];
  await using session = await openSession(client, ASK);
  const running = runTurn(client, session.id, "bash: touch mine.txt\nsay: done");
  const { id: approvalId } = await untilAsked(client, session.id);
  const unknown = approvalId.replace(/^........(?=-)/, "00000000");
  for (const [who, id] of [
    [other, approvalId],
    [client, unknown],
  ] as const) {
    const expected = { code: "APPROVAL_NOT_FOUND", message: `There is no approval ${id}.` };
    await expect(who.approvals.get.query({ approvalId: id })).rejects.toMatchObject(expected);
    await expect(who.approvals.answer.mutate({ approvalId: id, decision: "allow" })).rejects.toMatchObject(expected);
  }
  expect((await other.approvals.list.query({})).approvals).toEqual([]);
  await client.approvals.answer.mutate({ approvalId, decision: "deny" });
  expect((await running).turn.status).toBe("completed");
});

verifies("approval.withdrawn", "an interrupt withdraws what was asked, and the session is usable", async () => {
  const client = stack().client();
  await using session = await openSession(client, ASK);
  const running = runTurn(client, session.id, "bash: touch never.txt\nsay: never");
  const { id: approvalId } = await untilAsked(client, session.id);
  await client.chat.interrupt.mutate({ sessionId: session.id });
  expect((await untilClosed(client, approvalId)).state).toBe("withdrawn");
  const late = client.approvals.answer.mutate({ approvalId, decision: "allow" });
  await expect(late).rejects.toMatchObject({ code: "APPROVAL_WITHDRAWN" });
  const { turn, events } = await running;
  expect(turn.status).toBe("interrupted");
  expect(events.filter(({ type }) => type === "approval.withdrawn")).toHaveLength(1);
  expect((await runTurn(client, session.id, "say: next")).text).toBe("next");
  expect((await runInside(session.id, "ls /workspace")).stdout).toBe("");
});

verifies("approval.withdrawn", "a stop withdraws what was asked", async () => {
  const client = stack().client();
  await using session = await openSession(client, ASK);
  const { id: sessionId } = session;
  await client.chat.send.mutate({ sessionId, prompt: "bash: touch never.txt" });
  const { id: approvalId } = await untilAsked(client, sessionId);
  await client.sessions.stop.mutate({ sessionId });
  expect((await client.approvals.get.query({ approvalId })).state).toBe("withdrawn");
});

verifies("approval.withdrawn", "after a delete there is nothing to answer", async () => {
  const client = stack().client();
  await using session = await openSession(client, ASK);
  const { id: sessionId } = session;
  await client.chat.send.mutate({ sessionId, prompt: "bash: touch never.txt" });
  const { id: approvalId } = await untilAsked(client, sessionId);
  await client.sessions.delete.mutate({ sessionId });
  const late = client.approvals.answer.mutate({ approvalId, decision: "allow" });
  await expect(late).rejects.toMatchObject({ code: "APPROVAL_NOT_FOUND" });
});

const KILLS = {
  "the agent": (id: string) => runInside(id, "pkill -9 -x claude"),
  "the wrapper": (id: string) => runInside(id, "pkill -9 -f wrapper.mjs", "wrapper"),
  "the container": async (id: string) => (await containerOf(id)).kill(),
};

for (const [victim, kill] of Object.entries(KILLS)) {
  verifies(
    "approval.survives",
    `when ${victim} dies while a question is open, it stays the same question, and its answer takes effect once`,
    async () => {
      const client = stack().client();
      await using session = await openSession(client, ASK);
      const command = `echo ${victim.length} >> log.txt`;
      const running = runTurn(client, session.id, `bash: ${command}\nsay: done`, PATIENCE);
      const asked = await untilAsked(client, session.id);
      await kill(session.id);
      await untilResumed(client, session.id);
      expect(await untilAsked(client, session.id)).toEqual(asked);
      await client.approvals.answer.mutate({ approvalId: asked.id, decision: "allow" });
      const { text, events } = await running;
      expect(text).toBe("done");
      expect(await readWorkspace(session.id, "log.txt")).toBe(`${victim.length}\n`);
      expect(events.filter(({ type }) => type === "approval.requested")).toHaveLength(1);
      const calls = stack().model.journal.requests.filter(({ body }) => JSON.stringify(body).includes(command));
      expect(calls.length).toBeLessThanOrEqual(3); // two undisturbed, and one for the crash
    },
    LONG,
  );
}

verifies(
  "approval.survives",
  "an answer that the dying agent never got is used by the next, unasked",
  async () => {
    const client = stack().client();
    await using session = await openSession(client, ASK);
    const running = runTurn(client, session.id, "bash: echo once >> log.txt\nsay: done", PATIENCE);
    const { id: approvalId } = await untilAsked(client, session.id);
    const container = await containerOf(session.id);
    await container.pause(); // the answer waits in the link
    await client.approvals.answer.mutate({ approvalId, decision: "allow" });
    await container.kill();
    const { text, events } = await running;
    expect(text).toBe("done");
    expect(await readWorkspace(session.id, "log.txt")).toBe("once\n");
    expect(events.filter(({ type }) => type === "approval.requested")).toHaveLength(1);
  },
  LONG,
);

verifies(
  "approval.survives",
  "a question outlives the gateway, and is answered through the next one",
  async () => {
    await using own = await startStack();
    const { id: sessionId } = await openSession(own.client(), ASK);
    const prompt = "bash: echo once >> log.txt\nsay: done";
    const { id: turnId } = await own.client().chat.send.mutate({ sessionId, prompt });
    const asked = await untilAsked(own.client(), sessionId);
    await own.stop();
    await own.start();
    const client = own.client();
    expect(await untilAsked(client, sessionId)).toEqual(asked);
    await client.approvals.answer.mutate({ approvalId: asked.id, decision: "allow" });
    const ended = await client.chat.ask.mutate({ sessionId, prompt: "say: after" });
    expect(ended.status).toBe("completed");
    expect(await client.chat.get.query({ sessionId, turnId })).toMatchObject({ result: { text: "done" } });
    expect(await readWorkspace(sessionId, "log.txt")).toBe("once\n");
  },
  LONG,
);

verifies(
  "approval.survives",
  "a plan that was to be approved is so again after a crash",
  async () => {
    const client = stack().client();
    await using session = await openSession(client, ASK);
    const running = runTurn(
      client,
      session.id,
      "tool: EnterPlanMode {}\nsay: so\ntool: ExitPlanMode {}\nsay: planned",
      PATIENCE,
    );
    const plan = await untilAsked(client, session.id);
    await (await containerOf(session.id)).kill();
    await untilResumed(client, session.id);
    expect(await untilAsked(client, session.id)).toEqual(plan);
    await client.approvals.answer.mutate({ approvalId: plan.id, decision: "allow" });
    const { text, events } = await running;
    expect(text).toBe("planned");
    expect(toolResults(events).join()).toMatch(/has approved/);
  },
  LONG,
);

verifies(
  "approval.patient",
  "the turn's time does not run while a question is open",
  async () => {
    const client = stack().client();
    await using session = await openSession(client, { ...ASK, requestTimeout: 10 });
    const running = runTurn(client, session.id, "bash: echo late >> log.txt\nsay: done", PATIENCE);
    const { id: approvalId, createdAt } = await untilAsked(client, session.id);
    await waitUntil(() => Date.now() - Date.parse(createdAt) > 11_000, {
      what: "more than the turn's time to pass",
      deadlineMs: 20_000,
    });
    await client.approvals.answer.mutate({ approvalId, decision: "allow" });
    expect((await running).text).toBe("done");
  },
  LONG,
);

verifies(
  "approval.rules",
  "what a rule covers is not asked again: in this turn, the next, a later agent, a later gateway; all else is",
  async () => {
    await using own = await startStack();
    const { id: sessionId } = await openSession(own.client(), ASK);
    const run = (...commands: string[]) =>
      runTurn(own.client(), sessionId, [...commands.map((one) => `bash: ${one}`), "say: done"].join("\n"), PATIENCE);
    const asksFor = async (command: string, running: ReturnType<typeof run>) => {
      const asked = await untilAsked(own.client(), sessionId);
      expect(asked.input).toEqual({ command });
      await own.client().approvals.answer.mutate({ approvalId: asked.id, decision: "deny" });
      return running;
    };
    const first = run("touch one", "touch two", "mkdir three");
    const { id: approvalId, suggestedRules } = await untilAsked(own.client(), sessionId);
    expect(suggestedRules).toEqual(["Bash(touch one *)"]);
    const answer = { approvalId, decision: "allow", rule: "Bash(touch *)" } as const;
    await own.client().approvals.answer.mutate(answer);
    await asksFor("mkdir three", first);
    await asksFor("touch four && mkdir five", run("touch six", "touch four && mkdir five"));
    await own.client().sessions.stop.mutate({ sessionId });
    expect((await run("touch seven")).text).toBe("done");
    await own.stop();
    await own.start();
    await (await containerOf(sessionId)).kill();
    await asksFor("mkdir eight", run("touch nine", "mkdir eight"));
    expect((await runInside(sessionId, "ls /workspace")).stdout).toBe("nine\none\nseven\nsix\ntwo\n");
    expect(await own.client().sessions.get.query({ sessionId })).toMatchObject({ allowedRules: ["Bash(touch *)"] });
  },
  { timeout: 180_000 },
);

verifies(
  "approval.rules",
  "an agent that is killed at its work goes on with the rules it had",
  async () => {
    const client = stack().client();
    await using session = await openSession(client, ASK);
    const running = runTurn(
      client,
      session.id,
      "bash: touch begun; tail -f /dev/null\nbash: touch ended\nsay: done",
      PATIENCE,
    );
    const { id: approvalId } = await untilAsked(client, session.id);
    await client.approvals.answer.mutate({ approvalId, decision: "allow", rule: "Bash" });
    const endTail = async () => (await runInside(session.id, "pkill -x tail && echo yes || true")).stdout !== "";
    await waitUntil(async () => (await runInside(session.id, "pgrep -x tail || true")).stdout !== "", {
      what: "the command to run",
    });
    await runInside(session.id, "pkill -9 -x claude; pkill -x tail");
    await untilResumed(client, session.id);
    await waitUntil(endTail, { what: "the next agent to run it, unasked" });
    const { text, events } = await running;
    expect(text).toBe("done");
    expect(events.filter(({ type }) => type === "approval.requested")).toHaveLength(1);
  },
  LONG,
);

verifies("approval.rules", "a rule that is withdrawn holds no longer, also for the agent that lives", async () => {
  const client = stack().client();
  await using session = await openSession(client, ASK);
  const { id: sessionId } = session;
  const first = runTurn(client, sessionId, "bash: touch one\nbash: mkdir two\nsay: done");
  const { id: approvalId } = await untilAsked(client, sessionId);
  const foreign = client.approvals.answer.mutate({ approvalId, decision: "allow", rule: "Write" });
  await expect(foreign).rejects.toMatchObject({ code: "REQUEST_INVALID", message: expect.stringContaining("Bash") });
  await client.approvals.answer.mutate({ approvalId, decision: "allow", rule: "Bash" });
  expect((await first).text).toBe("done");
  const updated = await client.sessions.update.mutate({ sessionId, allowedRules: [] });
  expect(updated).not.toHaveProperty("allowedRules");
  const second = runTurn(client, sessionId, "bash: touch three\nsay: done");
  const asked = await untilAsked(client, sessionId);
  await client.approvals.answer.mutate({ approvalId: asked.id, decision: "deny" });
  expect((await second).text).toBe("done");
  expect((await runInside(sessionId, "ls /workspace")).stdout).toBe("one\ntwo\n");
});

async function untilResumed(client: Client, sessionId: string): Promise<void> {
  const isBack = async () => {
    const { events } = await client.events.list.query({ sessionId, limit: 1000 });
    const resumed = events.findLastIndex(({ type }) => type === "turn.resumed");
    const asks = (data: unknown) => JSON.stringify(data).includes('"tool_use"');
    return resumed >= 0 && events.slice(resumed).some(({ type, data }) => type === "agent.assistant" && asks(data));
  };
  await waitUntil(isBack, { what: "the next agent to be where the last one was", deadlineMs: 30_000 });
}
