import { type Event, type SessionView, sessionView } from "@cc-docker/client";
import { expect, it } from "vitest";
import { createRandom, expectHarmless, hostileText } from "./lines.test-helper.ts";
import { createLineIndex, createTheme, highlight, sourceOf, toAnsi } from "./session-lines.ts";

const TOOLS = ["Bash", "Edit", "Write", "Read", "TodoWrite", "Task", "AskUserQuestion", "mcp__x"];

// oxlint-disable-next-line no-control-regex -- all that a terminal is told beside text
const LOOKS = /\x1b\[[\d;]*m/g;

/** Events as Claude Code and the gateway write them, with texts as nobody should. */
function hostileEvents(random: () => number, count: number): Event[] {
  const text = () => hostileText(random, 1 + Math.floor(random() * 10));
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const id = () => `id${Math.floor(random() * 6)}`;
  const input = () => ({
    command: text(),
    file_path: text(),
    old_string: text(),
    new_string: text(),
    content: text(),
    todos: [{ content: text() }],
    [text()]: text(),
  });
  const error = () => ({ code: text(), message: text(), hint: text() });
  const block = () =>
    pick([
      { type: "text", text: text() },
      { type: "thinking", thinking: text() },
      { type: "tool_use", id: id(), name: pick(TOOLS), input: input() },
    ]);
  const delta = () =>
    pick([
      { type: "text_delta", text: text() },
      { type: "thinking_delta", thinking: text() },
      { type: "input_json_delta", partial_json: text() },
    ]);
  const makers: (() => [type: string, data: unknown])[] = [
    () => ["turn.queued", { prompt: text() }],
    () => ["turn.started", {}],
    () => ["turn.completed", { result: { durationMs: 5, costUsd: 0.1 } }],
    () => ["turn.failed", { error: error() }],
    () => ["session.failed", { error: error() }],
    () => [
      "approval.requested",
      {
        approval: {
          id: id(),
          kind: pick(["tool", "question", "plan"]),
          toolName: text(),
          title: text(),
          input: input(),
        },
      },
    ],
    () => ["approval.answered", { approvalId: id(), state: "denied", answeredBy: text(), answer: { message: text() } }],
    () => [
      "agent.assistant",
      { message: { id: id(), content: [block(), block()] }, parent_tool_use_id: pick([null, id()]) },
    ],
    () => [
      "agent.user",
      { message: { content: [{ type: "tool_result", tool_use_id: id(), content: text(), is_error: random() < 0.3 }] } },
    ],
    () => ["agent.stream_event", { event: { type: "message_start", message: { id: id() } } }],
    () => ["agent.stream_event", { event: { type: "content_block_start", index: 0, content_block: block() } }],
    () => ["agent.stream_event", { event: { type: "content_block_delta", index: 0, delta: delta() } }],
  ];
  return Array.from({ length: count }, (_, n) => {
    const [type, data] = pick(makers)();
    return { seq: n + 1, type, data, turnId: id(), at: new Date(n * 100).toISOString() } as unknown as Event;
  });
}

it("are harmless and fit, whatever the events of a session hold", () => {
  const random = createRandom(11);
  const theme = createTheme({ colorDepth: 8, background: "dark" });
  for (let round = 0; round < 30; round += 1) {
    const width = 20 + Math.floor(random() * 100);
    const index = createLineIndex({ isExpanded: (id) => id.length % 2 === round % 2 });
    index.resize({ width, highlight });
    let view: SessionView = sessionView.empty({ maxEntries: 30 });
    for (const event of hostileEvents(random, 60)) {
      view = sessionView.apply(view, event);
      const { rows } = index.window(sourceOf(view), "end", 24);
      expectHarmless(
        rows.map(({ line }) => line),
        width,
      );
      const written = rows.map(({ line }) => toAnsi(line, theme)).join("");
      expect(written.replaceAll(LOOKS, "")).not.toContain("\x1b");
    }
    expect(sourceOf(view).end).toBeGreaterThan(10);
  }
});
