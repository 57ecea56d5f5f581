import { randomUUID } from "node:crypto";
import { MAX_APPROVAL_INPUT_BYTES, TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { createApprovals } from "./approvals.ts";
import type { NewItem } from "./outbox.ts";

const TURN = TurnId.parse(randomUUID());
const QUESTION = { key: "k", toolName: "Bash", input: { command: "ls" } };
const ALLOW = { decision: "allow" } as const;

function start(turnId: TurnId | undefined = TURN) {
  const items: NewItem[] = [];
  const approvals = createApprovals({ runningTurn: () => turnId, add: (item) => void items.push(item) });
  const letGo = new AbortController();
  const ask = (fields: Partial<typeof QUESTION> = {}) => approvals.ask({ ...QUESTION, ...fields }, letGo.signal);
  return { ...approvals, approvals, items, ask, letGo: () => letGo.abort() };
}

describe("a question", () => {
  it("goes out with its turn and waits for its answer, and for no other", async () => {
    const { items, approvals, answer } = start();
    const asked = approvals.ask({ ...QUESTION, title: "May I?" }, new AbortController().signal);
    expect(items).toEqual([{ kind: "approval", turnId: TURN, ...QUESTION, title: "May I?" }]);
    answer("another", { decision: "deny" });
    answer("k", ALLOW);
    expect(await asked).toEqual(ALLOW);
    answer("k", { decision: "deny" });
  });

  it("goes out with what could be allowed for good, where there is something", async () => {
    const { items, approvals } = start();
    const { signal } = new AbortController();
    void approvals.ask({ ...QUESTION, suggestedRules: ["Bash(ls *)"] }, signal);
    void approvals.ask({ ...QUESTION, key: "other", suggestedRules: [] }, signal);
    expect(items).toEqual([
      { kind: "approval", turnId: TURN, ...QUESTION, suggestedRules: ["Bash(ls *)"] },
      { kind: "approval", turnId: TURN, ...QUESTION, key: "other" },
    ]);
  });

  it("that the agent lets go of is withdrawn once the agent has said more", () => {
    const { items, ask, letGo, heard } = start();
    void ask();
    letGo();
    expect(items).toHaveLength(1);
    heard();
    heard();
    expect(items.slice(1)).toEqual([{ kind: "approval-withdrawn", turnId: TURN, key: "k" }]);
  });

  it("that was answered is not withdrawn", async () => {
    const { items, ask, answer, letGo, heard } = start();
    const asked = ask();
    answer("k", ALLOW);
    await asked;
    letGo();
    heard();
    expect(items).toHaveLength(1);
  });

  it.each([
    ["without an id", { key: "" }],
    ["with an id too long", { key: "k".repeat(201) }],
    ["of a tool without a name", { toolName: "" }],
    ["too large to be shown", { input: { command: "x".repeat(MAX_APPROVAL_INPUT_BYTES) } }],
  ])("%s is denied and goes nowhere", async (_, fields) => {
    const { items, ask } = start();
    expect(await ask(fields)).toMatchObject({ decision: "deny", message: expect.any(String) });
    expect(items).toEqual([]);
  });

  it("under an id that waits already is denied, and the first goes on waiting", async () => {
    const { items, ask, answer } = start();
    const first = ask();
    expect(await ask()).toMatchObject({ decision: "deny" });
    answer("k", ALLOW);
    expect(await first).toEqual(ALLOW);
    expect(items).toHaveLength(1);
  });

  it.each([
    ["many", 100, "ls"],
    ["much", 8, "x".repeat(MAX_APPROVAL_INPUT_BYTES - 14)],
  ])("is denied while as %s waits as can be asked at once, and not after an answer", async (_, most, command) => {
    const { items, ask, answer } = start();
    const input = { command };
    for (let n = 0; n < most; n += 1) void ask({ key: `k${n}`, input });
    expect(await ask({ key: "more", input })).toMatchObject({ decision: "deny" });
    expect(items).toHaveLength(most);
    answer("k0", ALLOW);
    void ask({ key: "more", input });
    expect(items).toHaveLength(most + 1);
  });

  it("without a turn is denied", async () => {
    const items: NewItem[] = [];
    const { ask } = createApprovals({ runningTurn: () => undefined, add: (item) => void items.push(item) });
    expect(await ask(QUESTION, new AbortController().signal)).toMatchObject({ decision: "deny" });
    expect(items).toEqual([]);
  });
});
