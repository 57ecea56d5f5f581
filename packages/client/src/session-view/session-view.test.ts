import type { Event } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { compact, readStream, STREAMS } from "./recorded.test-helper.ts";
import { sessionView } from "./session-view.ts";
import type { SessionView } from "./view.ts";
import type { ViewEntry } from "./view-entries.ts";

const viewOf = (events: Iterable<Event>) => sessionView.applyAll(sessionView.empty(), events);

/** A line an entry, as short as can be. */
function outline(view: SessionView): string[] {
  return sessionView.entries(view).map((entry) => `${entry.parentId ? "  " : ""}${describeEntry(entry)}`);
}

function describeEntry(entry: ViewEntry): string {
  switch (entry.kind) {
    case "tool":
      return `${entry.name} ${entry.status}: ${entry.output.split("\n")[0]?.slice(0, 40)}`;
    case "approval":
      return `${entry.approvalKind} ${entry.state}: ${entry.toolName}`;
    case "note":
      return `note ${entry.note}${entry.error ? ` ${entry.error.code}` : ""}`;
    case "turn-end":
      return `end ${entry.status}${entry.error ? ` ${entry.error.code}` : ""}`;
    case "prompt":
      return `prompt ${entry.state}`;
    default:
      return `${entry.kind} ${entry.state}: ${entry.text.replaceAll("\n", "/")}`;
  }
}

const timelineOf = ({ turns }: SessionView) =>
  turns.map(({ spans }) => spans.map(({ kind, name }) => (name === "" ? kind : `${kind} ${name}`)).join(", "));

describe("a view of recorded sessions", () => {
  it("shows thoughts and answers", () => {
    expect(outline(viewOf(readStream("talk")))).toMatchInlineSnapshot(`
      [
        "prompt completed",
        "thinking final: A greeting is wanted.",
        "text final: # Hello/- *one*/- \`two\`",
        "end completed",
        "prompt completed",
        "text final: word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 word12",
        "end completed",
      ]
    `);
  });

  it("shows tools with their output, and the todo list", () => {
    const view = viewOf(readStream("tools"));
    expect(outline(view)).toMatchInlineSnapshot(`
      [
        "prompt completed",
        "TodoWrite ok: Todos have been modified successfully. E",
        "Write ok: File created successfully at: /workspace",
        "Read ok: 1	remember the milk",
        "Edit ok: The file /workspace/note.txt has been up",
        "TodoWrite ok: Todos have been modified successfully. E",
        "text final: Now two at once.",
        "Bash ok: remember the bread",
        "Bash error: Exit code 3",
        "TodoWrite ok: Todos have been modified successfully. E",
        "text final: All done.",
        "end completed",
      ]
    `);
    expect(view.todos.map(({ content, status }) => `${content}: ${status}`)).toMatchInlineSnapshot(`
      [
        "Write the note: completed",
        "Read the note: completed",
      ]
    `);
    const edit = sessionView.entries(view).find((entry) => entry.kind === "tool" && entry.name === "Edit");
    expect(edit).toMatchObject({ patch: [{ oldStart: 1, lines: expect.arrayContaining(["-remember the milk"]) }] });
  });

  it("shows what subagents do below the call that started them, also after its turn", () => {
    const view = viewOf(readStream("subagent"));
    expect(outline(view)).toMatchInlineSnapshot(`
      [
        "prompt completed",
        "Task ok:   <tools-used-before-summary>Bash</tools",
        "  Bash ok: inside",
        "text final: The helper has looked.",
        "end completed",
        "prompt completed",
        "Task ok: Async agent launched successfully. (This",
        "text final: The helper looks.",
        "end completed",
        "  thinking final: Where am I?",
        "  Bash ok: inside",
        "  text final: I looked.",
        "prompt completed",
        "text final: The helper looks.",
        "end completed",
      ]
    `);
    const tasks = sessionView.entries(view).flatMap((entry) => (entry.kind === "tool" && entry.task) || []);
    expect(tasks).toMatchObject([
      { status: "completed", summary: "I looked.", toolUses: 1 },
      { status: "completed", summary: "I looked.", toolUses: 1 },
    ]);
  });

  it("shows what was asked, and what became of it", () => {
    const view = viewOf(readStream("approvals"));
    expect(outline(view)).toMatchInlineSnapshot(`
      [
        "prompt completed",
        "Bash ok: (Bash completed with no output)",
        "tool allowed: Bash",
        "text final: first",
        "Bash denied: not on a Monday",
        "tool denied: Bash",
        "text final: second",
        "end completed",
        "prompt completed",
        "AskUserQuestion ok: Your questions have been answered: "Whic",
        "question allowed: AskUserQuestion",
        "text final: Blue it is.",
        "end completed",
        "prompt completed",
        "EnterPlanMode ok: Entered plan mode. You should now focus ",
        "text final: I shall plan.",
        "ExitPlanMode ok: User has approved exiting plan mode. You",
        "plan allowed: ExitPlanMode",
        "text final: Planned.",
        "end completed",
        "prompt interrupted",
        "Bash cut: The user doesn't want to proceed with th",
        "tool withdrawn: Bash",
        "end interrupted TURN_INTERRUPTED",
      ]
    `);
    expect(timelineOf(view)).toMatchInlineSnapshot(`
      [
        "model, waiting approval, tool Bash, model, waiting approval, model",
        "model, waiting approval, tool AskUserQuestion, model",
        "model, tool EnterPlanMode, model, waiting approval, tool ExitPlanMode, model",
        "model, waiting approval, model",
      ]
    `);
    const entries = sessionView.entries(view);
    for (const entry of entries.filter(({ kind }) => kind === "approval"))
      expect(entries).toContainEqual(expect.objectContaining({ kind: "tool", approvalId: entry.id }));
  });

  it("shows retries, waits and failures", () => {
    const view = viewOf(readStream("failures"));
    expect(outline(view)).toMatchInlineSnapshot(`
      [
        "prompt completed",
        "note retry",
        "text final: The second try.",
        "end completed",
        "prompt completed",
        "note rate-limit",
        "text final: After a wait.",
        "end completed",
        "prompt completed",
        "note retry",
        "text cut: Half of",
        "text final: Half of/it.",
        "end completed",
        "prompt failed",
        "end failed MODEL_FAILED",
      ]
    `);
    expect(timelineOf(view)).toMatchInlineSnapshot(`
      [
        "model",
        "model, waiting rate limit, model",
        "model",
        "model",
      ]
    `);
  });

  it("has no todos of a list that was refused", () => {
    const refused = [...readStream("tools")].map((event) => {
      const told = JSON.stringify(event).replaceAll('"type":"tool_result"', '"type":"tool_result","is_error":true');
      return JSON.parse(told) as Event;
    });
    expect(viewOf(refused).todos).toEqual([]);
  });

  it("counts the tokens of an interrupted turn by its messages where Claude Code counts none", () => {
    const [turn] = viewOf(readStream("interrupted")).turns;
    expect(turn?.costUsd).toBeGreaterThan(0);
    expect(turn?.usage.inputTokens).toBeGreaterThan(0);
  });

  it("shows turns that were ended early, and prompts that never ran", () => {
    const view = viewOf(readStream("interrupted"));
    expect(outline(view)).toMatchInlineSnapshot(`
      [
        "prompt interrupted",
        "note cancelled TURN_INTERRUPTED",
        "text final: word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 word12 ",
        "end interrupted TURN_INTERRUPTED",
        "prompt completed",
        "text final: I waited.",
        "end completed",
        "prompt interrupted",
        "Bash cut: The user doesn't want to proceed with th",
        "end interrupted TURN_INTERRUPTED",
      ]
    `);
    expect(timelineOf(view)).toMatchInlineSnapshot(`
      [
        "model",
        "waiting queue, model",
        "model, tool Bash, model",
      ]
    `);
  });

  it("counts no waiting for one tool as time of those that come after it", () => {
    const view = viewOf(twoCallsOfWhichTheFirstWaits());
    const times = sessionView
      .entries(view)
      .flatMap((entry) => (entry.kind === "tool" ? [(entry.endedAtMs ?? Number.NaN) - entry.startedAtMs] : []));
    expect(times).toEqual([1000, 2000]);
    const spans = view.turns[0]?.spans.filter(({ kind }) => kind === "tool") ?? [];
    expect(spans.map(({ name, startMs, endMs = Number.NaN }) => [name, endMs - startMs])).toEqual([
      ["Edit", 1000],
      ["Bash", 2000],
    ]);
  });

  it("shows how a turn goes on after its agent's death", () => {
    const view = viewOf(readStream("recovered"));
    expect(outline(view)).toMatchInlineSnapshot(`
      [
        "prompt completed",
        "Bash cut: ",
        "tool allowed: Bash",
        "note resumed AGENT_EXITED",
        "Bash ok: (Bash completed with no output)",
        "text final: Done after all.",
        "end completed",
        "note paused",
        "note stopped",
        "prompt completed",
        "text final: Awake again.",
        "end completed",
        "note stopped",
      ]
    `);
    expect(timelineOf(view)).toMatchInlineSnapshot(`
      [
        "model, waiting approval, starting, waiting approval, model, tool Bash, model",
        "starting, model",
      ]
    `);
    expect(view).toMatchObject({ status: "stopped", parked: false, runningTurnId: undefined });
  });
});

describe.each(STREAMS)("the stream %s", (name) => {
  const events = readStream(name);
  const whole = viewOf(events);

  it("gives the same view in whatever pieces it comes", () => {
    for (const size of [1, 2, 7, 50]) {
      let view = sessionView.empty();
      for (let start = 0; start < events.length; start += size)
        view = sessionView.applyAll(view, events.slice(start, start + size));
      expect(view).toEqual(whole);
    }
  });

  it("gives the same view when events come twice", () => {
    let view = sessionView.empty();
    for (const [index, event] of events.entries()) {
      view = sessionView.apply(view, event);
      for (const again of events.slice(Math.max(0, index - 3), index + 1))
        expect(sessionView.apply(view, again)).toBe(view);
    }
    expect(view).toEqual(whole);
  });

  it("gives the same view once its deltas are compacted away, but for when things were written", () => {
    const compacted = compact(events);
    expect(compacted.length).toBeLessThan(events.length);
    expect(withoutTimes(viewOf(compacted))).toEqual(withoutTimes(whole));
  });

  it("sums up tokens, cost and time as the gateway does", () => {
    const results = events.flatMap(({ data }) => (data as { result?: { costUsd: number } }).result ?? []);
    const costs = results.filter((result) => typeof result === "object").map(({ costUsd }) => costUsd);
    expect(whole.costUsd).toBeCloseTo(costs.reduce((sum, cost) => sum + cost, 0));
    for (const { spans, startedAtMs, queuedAtMs = startedAtMs, endedAtMs = 0 } of whole.turns)
      for (const { startMs, endMs = Number.NaN } of spans)
        expect([queuedAtMs, startMs, endMs, endedAtMs]).toEqual(
          [queuedAtMs, startMs, endMs, endedAtMs].toSorted((a, b) => a - b),
        );
  });

  it("leaves the views before untouched, and what an event does not touch the same", () => {
    let view = sessionView.empty();
    for (const event of events) {
      const before = structuredClone(view);
      const next = sessionView.apply(view, event);
      expect(view).toEqual(before);
      for (const [index, turn] of view.turns.slice(0, -1).entries()) expect(next.turns[index]).toBe(turn);
      view = next;
    }
  });
});

/** The first is asked about in second 1, and allowed in second 10. */
function twoCallsOfWhichTheFirstWaits(): Event[] {
  const call = (id: string, name: string) => ({
    message: { id: "m", content: [{ type: "tool_use", id, name, input: { name } }] },
  });
  const result = (id: string) => ({ message: { content: [{ type: "tool_result", tool_use_id: id, content: "" }] } });
  const approval = { id: "a", kind: "tool", toolName: "Edit", input: { name: "Edit" } };
  const told: [second: number, type: string, data: object][] = [
    [0, "turn.started", {}],
    [1, "agent.assistant", call("t1", "Edit")],
    [1, "approval.requested", { approval }],
    [1, "agent.assistant", call("t2", "Bash")],
    [10, "approval.answered", { approvalId: "a", state: "allowed", answer: { decision: "allow" } }],
    [11, "agent.user", result("t1")],
    [12, "agent.user", result("t2")],
  ];
  return told.map(([second, type, data], index) => {
    const at = new Date(second * 1000).toISOString();
    return { seq: index + 1, sessionId: "s", type, turnId: "t", at, data } as unknown as Event;
  });
}

/** What a compacted log cannot tell: when what was written was begun, and how many events there were. */
function withoutTimes(view: SessionView): unknown {
  const chars = view.activity.reduce((sum, sample) => sum + sample.chars, 0);
  return {
    ...{ ...view, activity: chars },
    settled: sessionView.entries(view).map((entry) => ({ ...entry, ...("text" in entry && { startedAtMs: 0 }) })),
  };
}

describe("a view while its session goes on", () => {
  it("holds what streams at its end, until the whole takes its place under the same id", () => {
    const events = readStream("talk");
    const wholeAt = events.findIndex(({ data }) => JSON.stringify(data).includes('[{"type":"text","text":"# Hello'));
    const before = viewOf(events.slice(0, wholeAt));
    const streaming = sessionView.entryAt(before, sessionView.count(before) - 1);
    expect(streaming).toMatchObject({ kind: "text", state: "streaming", text: "# Hello\n- *one*\n- `two`" });
    const after = viewOf(events.slice(0, wholeAt + 1));
    expect(after.live).toEqual([]);
    expect(sessionView.entryAt(after, sessionView.count(after) - 1)).toMatchObject({
      ...{ kind: "text", state: "final", id: streaming?.id, text: "# Hello\n- *one*\n- `two`" },
    });
  });

  it("holds queued prompts and the running turn", () => {
    const events = readStream("interrupted");
    const lastQueued = events.findIndex(({ data }) => JSON.stringify(data).includes("I never ran"));
    const view = viewOf(events.slice(0, lastQueued + 1));
    expect(view.queued.map(({ text }) => text)).toEqual(["say: I waited.", "say: I never ran."]);
    expect(view.turns.at(-1)).toMatchObject({ turnId: view.runningTurnId, status: "running" });
    expect(view.turns.at(-1)?.spans.at(-1)).toMatchObject({ kind: "model", startMs: expect.any(Number) });
  });

  it("holds what is open to be answered, whole", () => {
    const events = readStream("approvals");
    const asked = events.findIndex(({ type }) => type === "approval.requested");
    const view = viewOf(events.slice(0, asked + 1));
    expect(view.openApprovals).toMatchObject([{ state: "open", input: { command: "touch asked.txt" } }]);
    expect(viewOf(events.slice(0, asked + 2)).openApprovals).toEqual([]);
  });
});
