import { at, type Event, type EventType } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { createRenderer, type Piece } from "./render-event.ts";

const event = (type: EventType, data: unknown) => ({ seq: 1, type, data }) as Event;
const stream = (inner: object, extra: object = {}) => event("agent.stream_event", { event: inner, ...extra });
const start = (type: string) => stream({ type: "content_block_start", content_block: { type } });
const delta = (text: string, extra?: object) =>
  stream({ type: "content_block_delta", delta: { type: "text_delta", text } }, extra);
const assistant = (...content: object[]) => event("agent.assistant", { message: { content } });

function render(...events: Event[]): Piece[] {
  const renderer = createRenderer();
  return events.flatMap((one) => renderer.render(one));
}
const textOf = (pieces: Piece[]) => pieces.filter(({ kind }) => kind === "text").map(({ text }) => text);

describe("an answer", () => {
  it("is shown as its deltas come, and not again by the message that repeats it", () => {
    const pieces = render(start("text"), delta("hel"), delta("lo"), assistant({ type: "text", text: "hello" }));
    expect(textOf(pieces)).toEqual(["hel", "lo"]);
  });

  it("is completed by its message when deltas were lost", () => {
    expect(textOf(render(start("text"), delta("hel"), assistant({ type: "text", text: "hello" })))).toEqual([
      "hel",
      "lo",
    ]);
  });

  it("is shown by its message when there were no deltas", () => {
    expect(textOf(render(assistant({ type: "text", text: "one" }), assistant({ type: "text", text: "two" })))).toEqual([
      "one",
      "two",
    ]);
  });

  it("is not what Claude Code says in the agent's place when a model call has failed", () => {
    const message = { content: [{ type: "text", text: "API Error: 529" }] };
    expect(render(event("agent.assistant", { error: "server_error", message }))).toEqual([]);
  });

  it("begins a paragraph with every block of text, and not with thoughts", () => {
    expect(render(start("thinking"), start("text"), delta("a")).map(({ kind }) => kind)).toEqual(["break", "text"]);
  });

  it("holds nothing of what a subagent writes", () => {
    const said = event("agent.assistant", {
      parent_tool_use_id: "t",
      message: { content: [{ type: "text", text: "x" }] },
    });
    expect(render(delta("x", { parent_tool_use_id: "t" }), said)).toEqual([]);
  });
});

describe("what the agent does", () => {
  it.each([
    [{ name: "Bash", input: { command: "ls", description: "list" } }, "Bash ls"],
    [{ name: "Write", input: { file_path: "/a", content: "…" } }, "Write /a"],
    [{ name: "mcp__x", input: { deep: { er: 1 } } }, 'mcp__x {"deep":{"er":1}}'],
    [{ input: null }, " null"],
  ])("is shown by what says most about it: %j", (block, text) => {
    expect(render(assistant({ type: "tool_use", ...block }))).toEqual([{ kind: "tool", text }]);
  });

  it.each([
    ["Exit code 2", "Exit code 2"],
    [[{ type: "text", text: "a" }, { type: "image" }, { type: "text", text: "b" }], "a\n\nb"],
    [undefined, ""],
  ])("has a result: %j", (content, text) => {
    const result = event("agent.user", { message: { content: [{ type: "tool_result", content }] } });
    expect(render(result)).toEqual([{ kind: "result", text }]);
  });

  it("is explained when the model fails and is asked again", () => {
    const retry = { subtype: "api_retry", attempt: 1, max_retries: 10, retry_delay_ms: 522, error_status: 529 };
    expect(render(event("agent.system", retry))).toEqual([
      { kind: "note", text: "the model failed (529), trying again in 0.5 s (1 of 10)" },
    ]);
  });
});

describe("what the gateway says", () => {
  it.each<[EventType, unknown, Piece[]]>([
    ["turn.queued", { prompt: "hi" }, [{ kind: "prompt", text: "hi" }]],
    [
      "turn.completed",
      { result: { durationMs: 478, costUsd: 0.06 } },
      [{ kind: "note", text: "done in 0.5 s, $0.0600" }],
    ],
    [
      "turn.failed",
      { error: { code: "AGENT_EXITED", message: "m" } },
      [{ kind: "failure", text: "turn.failed: AGENT_EXITED: m" }],
    ],
    [
      "turn.interrupted",
      { error: { code: "REQUEST_TIMEOUT", message: "m" } },
      [{ kind: "failure", text: "turn.interrupted: REQUEST_TIMEOUT: m" }],
    ],
    [
      "turn.resumed",
      { error: { code: "AGENT_EXITED", message: "It ended." }, crashes: 1 },
      [{ kind: "note", text: "It ended. The turn goes on in a new container." }],
    ],
    [
      "approval.requested",
      { approval: { id: "a1", kind: "tool", toolName: "Bash", input: { command: "ls" } } },
      [
        { kind: "note", text: 'the agent asks to use Bash: {"command":"ls"}' },
        { kind: "note", text: 'answer with `ccd approve a1` or `ccd deny a1 "WHY"`' },
      ],
    ],
    [
      "approval.requested",
      { approval: { id: "a1", kind: "question", toolName: "AskUserQuestion", input: {}, title: "Which?" } },
      [
        { kind: "note", text: "Which?: {}" },
        {
          kind: "note",
          text: `answer with \`ccd approve a1 --input '{"answers":{"QUESTION":"LABEL"}}'\` or \`ccd deny a1 "WHY"\``,
        },
      ],
    ],
    [
      "approval.answered",
      { approvalId: "a1", state: "denied", answeredBy: "ann", answer: { decision: "deny", message: "no" } },
      [{ kind: "note", text: "denied by ann: no" }],
    ],
    ["approval.withdrawn", { approvalId: "a1" }, [{ kind: "note", text: "the agent needs no answer any more" }]],
    ["session.stopped", { reason: "requested" }, [{ kind: "note", text: "session stopped (requested)" }]],
    ["session.paused", { reason: "pause_requested" }, [{ kind: "note", text: "session paused" }]],
    ["session.paused", { reason: "parked" }, []],
    ["session.idle", { reason: "ready" }, []],
    ["agent.something_new", { of: "tomorrow" }, []],
  ])("by %s", (type, data, pieces) => {
    expect(render(event(type, data))).toEqual(pieces);
  });

  it("is shown, whatever its data holds", () => {
    for (const type of [
      "turn.queued",
      "turn.completed",
      "turn.failed",
      "turn.resumed",
      "approval.requested",
      "approval.answered",
      "agent.assistant",
      "agent.user",
      "agent.stream_event",
    ] as const) {
      for (const data of [null, undefined, 1, "x", [], { message: { content: [null, 1] } }, { event: null }]) {
        expect(() => render(event(type, data))).not.toThrow();
      }
    }
  });

  it("tells how to answer only what waits for an answer", () => {
    const { render } = createRenderer(({ data }) => at(data, "approval", "id") === "a1");
    const asked = (id: string) =>
      render(event("approval.requested", { approval: { id, kind: "tool", toolName: "Bash", input: {} } }));
    expect(asked("a1").map(({ text }) => text)).toEqual(["the agent asks to use Bash: {}"]);
    expect(asked("a2").at(-1)?.text).toContain("ccd approve a2");
  });
});
