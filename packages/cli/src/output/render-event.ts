/** Events as people read them: pure. What is printed where, and made harmless, is print-pieces.ts. */
import { at, type Event, textAt } from "@cc-docker/protocol";
import { formatCost, formatSeconds } from "./amounts.ts";
import { describeAnswered, describeAsked, readAsked } from "./describe-approval.ts";
import { describeInput } from "./describe-tool.ts";

/**
 * - `text`: the next piece of the agent's answer, to be joined to the one before.
 * - `break`: the answer goes on in a new paragraph; no text.
 * - the others are whole.
 */
export type Piece = { kind: "text" | "break" | "prompt" | "tool" | "result" | "note" | "failure"; text: string };

export type Renderer = { render(event: Event): Piece[] };

/** `isOver`: whether what was asked with the event needs no answer any more; absent where that is not known. */
export function createRenderer(isOver: (asked: Event) => boolean = () => false): Renderer {
  /** What deltas have shown of the text block that is being written. */
  let streamed = "";

  function render(event: Event): Piece[] {
    const { type, data } = event;
    switch (type) {
      case "approval.requested":
        return renderAsked(data, isOver(event));
      case "agent.stream_event":
        return isSubagent(data) ? [] : renderDelta(at(data, "event"));
      case "agent.assistant":
        return isModelFailure(data) ? [] : blocksOf(data).flatMap((block) => renderBlock(block, isSubagent(data)));
      case "agent.user":
        return blocksOf(data).flatMap(renderResult);
      case "agent.system":
        return renderSystem(data);
      default:
        return renderGatewayEvent(type, data);
    }
  }

  function renderDelta(event: unknown): Piece[] {
    if (at(event, "type") === "content_block_start") {
      streamed = "";
      return at(event, "content_block", "type") === "text" ? [{ kind: "break", text: "" }] : [];
    }
    const text = at(event, "delta", "type") === "text_delta" ? textAt(event, "delta", "text") : "";
    streamed += text;
    return text === "" ? [] : [{ kind: "text", text }];
  }

  /** A message of the agent: of its text, what no delta has shown. */
  function renderBlock(block: unknown, ofSubagent: boolean): Piece[] {
    if (at(block, "type") === "tool_use")
      return [{ kind: "tool", text: `${textAt(block, "name")} ${describeInput(at(block, "input"))}` }];
    if (at(block, "type") !== "text" || ofSubagent) return [];
    const [shown, text] = [streamed, textAt(block, "text")];
    streamed = "";
    if (shown === "")
      return [
        { kind: "break", text: "" },
        { kind: "text", text },
      ];
    return text.startsWith(shown) && text !== shown ? [{ kind: "text", text: text.slice(shown.length) }] : [];
  }

  return { render };
}

function renderResult(block: unknown): Piece[] {
  if (at(block, "type") !== "tool_result") return [];
  const content = at(block, "content");
  const text = Array.isArray(content) ? content.map((part) => textAt(part, "text")).join("\n") : String(content ?? "");
  return [{ kind: "result", text }];
}

/** Last is how it is answered. */
function renderAsked(data: unknown, isOver: boolean): Piece[] {
  const lines = describeAsked(readAsked(at(data, "approval")));
  return (isOver ? lines.slice(0, -1) : lines).map((text) => ({ kind: "note", text }));
}

function renderSystem(data: unknown): Piece[] {
  if (at(data, "subtype") !== "api_retry") return [];
  const status = at(data, "error_status") ?? "no answer";
  const delay = formatSeconds(Number(at(data, "retry_delay_ms")));
  const count = `${Number(at(data, "attempt"))} of ${Number(at(data, "max_retries"))}`;
  return [{ kind: "note", text: `the model failed (${String(status)}), trying again in ${delay} (${count})` }];
}

function renderGatewayEvent(type: Event["type"], data: unknown): Piece[] {
  switch (type) {
    case "turn.queued":
      return [{ kind: "prompt", text: textAt(data, "prompt") }];
    case "turn.completed":
      return [{ kind: "note", text: describeSpending(at(data, "result")) }];
    case "turn.failed":
    case "turn.cancelled":
    case "turn.interrupted":
    case "session.failed":
      return [
        { kind: "failure", text: `${type}: ${textAt(data, "error", "code")}: ${textAt(data, "error", "message")}` },
      ];
    case "turn.resumed":
      return [{ kind: "note", text: `${textAt(data, "error", "message")} The turn goes on in a new container.` }];
    case "session.paused":
      return at(data, "reason") === "parked" ? [] : [{ kind: "note", text: "session paused" }];
    case "turn.waiting":
      return [
        { kind: "note", text: `the model's service limits calls; the turn waits until ${textAt(data, "until")}` },
      ];
    case "approval.answered": {
      const [state, by] = [textAt(data, "state"), textAt(data, "answeredBy")];
      return [
        {
          kind: "note",
          text: describeAnswered({
            state,
            by,
            message: textAt(data, "answer", "message"),
            rule: textAt(data, "answer", "rule"),
          }),
        },
      ];
    }
    case "approval.withdrawn":
      return [{ kind: "note", text: "the agent needs no answer any more" }];
    case "session.stopped":
      return [{ kind: "note", text: `session stopped (${textAt(data, "reason")})` }];
    default:
      return [];
  }
}

function describeSpending(result: unknown): string {
  return `done in ${formatSeconds(Number(at(result, "durationMs")))}, ${formatCost(Number(at(result, "costUsd")))}`;
}

/** Claude Code words a failed model call as if the agent had said it; the end of the turn says the same as an error. */
function isModelFailure(data: unknown): boolean {
  return typeof at(data, "error") === "string";
}

function isSubagent(data: unknown): boolean {
  return typeof at(data, "parent_tool_use_id") === "string";
}

function blocksOf(data: unknown): unknown[] {
  const content = at(data, "message", "content");
  return Array.isArray(content) ? content : [];
}
