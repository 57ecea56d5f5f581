/** What is recorded: sessions in which the agent does everything that a view shows. Prompts are the scripted model's. */
import type { ApprovalAnswer, SessionConfig } from "@cc-docker/client";

/**
 * One thing that happens to a session:
 * - `send` and `ask` a prompt; `ask` waits for its turn's end, as `settle` does for that of all prompts sent.
 * - `answer` the oldest open approval; `until` waits until the log holds a text.
 * - `interrupt` the running turn or the newest prompt; `kill` the agent; `stop` or `pause` and `resume` the session.
 */
export type Deed =
  | { send: string }
  | { ask: string }
  | { answer: ApprovalAnswer }
  | { until: string }
  | { interrupt: "running" | "newest" }
  | "kill"
  | "stop"
  | "pause"
  | "resume"
  | "settle";

export type Scene = { config?: SessionConfig; deeds: readonly Deed[] };

const ASKS = { permissionMode: "ask" } as const;
const tool = (name: string, input: object) => `tool: ${name} ${JSON.stringify(input)}`;
const todo = (first: string, second: string) =>
  tool("TodoWrite", {
    todos: [
      { content: "Write the note", status: first, activeForm: "Writing the note" },
      { content: "Read the note", status: second, activeForm: "Reading the note" },
    ],
  });
const task = (options: object) =>
  tool("Task", {
    description: "Look around",
    prompt: "think: Where am I?\nbash: echo inside\nsay: I looked.",
    subagent_type: "general-purpose",
    ...options,
  });
const QUESTION = "Which colour?";
const question = tool("AskUserQuestion", {
  questions: [
    {
      question: QUESTION,
      header: "Colour",
      multiSelect: false,
      options: [
        { label: "Red", description: "warm" },
        { label: "Blue", description: "cold" },
      ],
    },
  ],
});

export const SCENES: Readonly<Record<string, Scene>> = {
  talk: {
    deeds: [
      { ask: "think: A greeting is wanted.\nsay: # Hello\nsay: - *one*\nsay: - `two`" },
      { ask: "stream: 12 words every 5ms" },
    ],
  },
  tools: {
    deeds: [
      {
        ask: [
          todo("in_progress", "pending"),
          "write: /workspace/note.txt :: remember the milk",
          tool("Read", { file_path: "/workspace/note.txt" }),
          tool("Edit", { file_path: "/workspace/note.txt", old_string: "milk", new_string: "bread" }),
          todo("completed", "in_progress"),
          "say: Now two at once.",
          "bash: cat note.txt",
          "bash: echo lost >&2; exit 3",
          todo("completed", "completed"),
          "say: All done.",
        ].join("\n"),
      },
    ],
  },
  subagent: {
    deeds: [
      { ask: `${task({ run_in_background: false })}\nsay: The helper has looked.` },
      { ask: `${task({})}\nsay: The helper looks.` },
      { until: '"tasks":[]' },
      { ask: "say: We are done." },
    ],
  },
  approvals: {
    config: ASKS,
    deeds: [
      { send: "bash: touch asked.txt\nsay: first\nbash: touch never.txt\nsay: second" },
      { answer: { decision: "allow", updatedInput: { command: "touch changed.txt" } } },
      { answer: { decision: "deny", message: "not on a Monday" } },
      "settle",
      { send: `${question}\nsay: Blue it is.` },
      { answer: { decision: "allow", updatedInput: { answers: { [QUESTION]: "Blue" } } } },
      "settle",
      { send: "tool: EnterPlanMode {}\nsay: I shall plan.\ntool: ExitPlanMode {}\nsay: Planned." },
      { answer: { decision: "allow" } },
      "settle",
      { send: "bash: touch late.txt" },
      { until: "touch late.txt" },
      { until: "approval.requested" },
      { interrupt: "running" },
      "settle",
    ],
  },
  failures: {
    deeds: [
      { ask: "fail: 529 once\nsay: The second try." },
      { ask: "fail: 429 once retry-after 1\nsay: After a wait." },
      { ask: "say: Half of\nwait: 300ms\ncut: once\nsay: it." },
      { ask: "fail: 400 always" },
    ],
  },
  interrupted: {
    deeds: [
      { send: "stream: 400 words every 20ms" },
      { send: "say: I waited." },
      { send: "say: I never ran." },
      { until: "word5 " },
      { interrupt: "newest" },
      { interrupt: "running" },
      "settle",
      { send: "bash: tail -f /dev/null" },
      { until: '"name":"Bash"' },
      { interrupt: "running" },
      "settle",
    ],
  },
  recovered: {
    config: ASKS,
    deeds: [
      { send: "bash: echo once >> log.txt\nsay: Done after all." },
      { until: "approval.requested" },
      "kill",
      { until: "turn.resumed" },
      { answer: { decision: "allow" } },
      "settle",
      "pause",
      "resume",
      "stop",
      { ask: "say: Awake again." },
      "stop",
    ],
  },
};
