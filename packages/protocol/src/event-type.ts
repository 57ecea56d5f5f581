/** Every event type the gateway itself writes: one row each. */
export const EVENT_TYPES = {
  "session.starting": "The session's instance is being started: the first, or one more after a rest or a crash.",
  "session.idle": "The agent is ready and waits for a prompt.",
  "session.running": "The agent works on a turn.",
  "session.paused":
    "The session stands still: by a person until it is resumed, or parked for idleness until the next prompt; `data.reason` says which.",
  "session.stopped": "The session rests: its container is gone, all else stays. A prompt wakes it.",
  "session.failed": "The session rests because something went wrong; `data.error` says what. A prompt wakes it.",
  "turn.queued": "A prompt was accepted and is on disk; `data.prompt` holds it.",
  "turn.started": "The prompt is being handed to the agent.",
  "turn.completed": "The agent answered; `data.result` holds the text, usage, cost and duration.",
  "turn.failed": "The turn ended without an answer; `data.error` says why.",
  "turn.interrupted":
    "The turn was ended early, on request or by its timeout; `data.result` holds what there was by then.",
  "turn.resumed": "The agent died under the turn and goes on with it in a new instance.",
  "turn.waiting":
    "The model's service limits calls: the turn waits until `data.until`, and its time does not run meanwhile.",
  "turn.proceeding": "The turn waits no more.",
  "turn.cancelled": "The turn never ran: it was taken back while it waited, or its session ended.",
  "approval.requested": "The agent asks and waits for an answer; `data.approval` is the question.",
  "approval.answered":
    "The question was answered; `data` holds its `approvalId`, the new `state`, the `answer` and who gave it.",
  "approval.withdrawn":
    "Nobody needs to answer `data.approvalId` any more: its turn has ended, or the agent let go of it.",
} as const;
export type GatewayEventType = keyof typeof EVENT_TYPES;

/** A message of Claude Code, untouched in `data`: `agent.system`, `agent.assistant`, `agent.result` and others. */
export type AgentEventType = `agent.${string}`;
export type EventType = GatewayEventType | AgentEventType;

const TURN_ENDS: ReadonlySet<string> = new Set(["turn.completed", "turn.failed", "turn.interrupted", "turn.cancelled"]);

/** What followers and writers agree is the end of a turn. */
export function endsTurn(type: EventType): boolean {
  return TURN_ENDS.has(type);
}

/** After one of these no further event comes until a prompt wakes the session. */
export function endsSession(type: EventType): boolean {
  return type === "session.stopped" || type === "session.failed";
}
