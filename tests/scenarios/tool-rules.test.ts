/** What may be used at all: `allowedTools` and `disallowedTools`, with real Claude Code, in both modes. */
import type { SessionConfig } from "@cc-docker/client";
import { expect } from "vitest";
import { untilAsked } from "../harness/approvals.ts";
import { runInside } from "../harness/engine.ts";
import { openSession, runTurn, toolResults } from "../harness/run-turn.ts";
import { shareStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

const SCRIPT = [
  "bash: mkdir made-by-bash",
  "write: /workspace/made-by-write :: x",
  "bash: git init --quiet made-by-git",
  "say: went on",
].join("\n");

type Case = { title: string; config: SessionConfig; made: string[] };

const ALL = ["made-by-bash", "made-by-git", "made-by-write"];
const CASES: Case[] = [
  { title: "no rule, or a star, lets all be used", config: { allowedTools: ["Read", "*"] }, made: ALL },
  { title: "only the tools that are named may be used", config: { allowedTools: ["Write"] }, made: ["made-by-write"] },
  { title: "an empty list lets none be used", config: { allowedTools: [] }, made: [] },
  {
    title: "a rule lets a tool do what it names",
    config: { allowedTools: ["Bash(git *)", "Read"] },
    made: ["made-by-git"],
  },
  {
    title: "a tool that is disallowed is not used",
    config: { disallowedTools: ["Write"] },
    made: ["made-by-bash", "made-by-git"],
  },
  {
    title: "what a rule disallows is not done",
    config: { disallowedTools: ["Bash(mkdir *)"] },
    made: ["made-by-git", "made-by-write"],
  },
  {
    title: "what is disallowed is not done though it is allowed as well",
    config: { allowedTools: ["Bash"], disallowedTools: ["Bash(git *)"] },
    made: ["made-by-bash"],
  },
];

for (const { title, config, made } of CASES) {
  verifies("tools.allowed", `in bypass mode ${title}, and the turn goes on`, async () => {
    const client = stack().client();
    await using session = await openSession(client, config);
    const { text, events } = await runTurn(client, session.id, SCRIPT);
    expect(text).toBe("went on");
    expect(await listWorkspace(session.id)).toEqual(made);
    const refusals = toolResults(events).filter((result) => /No such tool|denied/.test(result));
    expect(refusals).toHaveLength(ALL.length - made.length);
  });
}

const ASKED: Case[] = [
  {
    title: "only the tools that are named are asked for",
    config: { allowedTools: ["Write"] },
    made: ["made-by-write"],
  },
  {
    title: "what is disallowed is not asked for",
    config: { disallowedTools: ["Write", "Bash(git *)"] },
    made: ["made-by-bash"],
  },
];

for (const { title, config, made } of ASKED) {
  verifies("tools.allowed", `in ask mode ${title}`, async () => {
    const client = stack().client();
    await using session = await openSession(client, { ...config, permissionMode: "ask" });
    const running = runTurn(client, session.id, SCRIPT);
    for (const _ of made) {
      const { id: approvalId } = await untilAsked(client, session.id);
      await client.approvals.answer.mutate({ approvalId, decision: "allow" });
    }
    const { text, events } = await running;
    expect(text).toBe("went on");
    expect(await listWorkspace(session.id)).toEqual(made);
    expect(events.filter(({ type }) => type === "approval.requested")).toHaveLength(made.length);
  });
}

verifies("tools.allowed", "what cannot be enforced is refused before there is a session", async () => {
  const client = stack().client();
  const rule = client.sessions.create.mutate({ config: { permissionMode: "ask", allowedTools: ["Bash(git *)"] } });
  await expect(rule).rejects.toMatchObject({ code: "TOOL_RULE_UNENFORCEABLE" });
  for (const wrong of ["bash", "Bash(", "Bash(a), Write", "", "Bash(a,b)"]) {
    const call = client.sessions.create.mutate({ config: { disallowedTools: [wrong] } });
    await expect(call).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  }
  expect((await client.sessions.list.query({})).sessions).toEqual([]);
});

async function listWorkspace(sessionId: string): Promise<string[]> {
  return (await runInside(sessionId, "ls /workspace")).stdout.split("\n").filter(Boolean).toSorted();
}
