/** What an agent had said when it was interrupted: its last words are in the log before they became an answer. */
import { Event, type TurnId } from "@cc-docker/protocol";
import { z } from "zod";
import type { EventRow } from "../../ports/store/store.ts";
import type { SessionChange } from "../sessions/session-draft.ts";

/** The text is one of an answer's last messages: far more events than one message comes in. */
const TAIL = { limit: 5000, maxBytes: 8 * 1024 * 1024 };

const Message = z.object({
  type: z.literal("assistant"),
  parent_tool_use_id: z.null().optional(), // what helpers say is no answer
  message: z.object({ content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })) }),
});
const Delta = z.object({
  type: z.literal("stream_event"),
  parent_tool_use_id: z.null().optional(),
  event: z.looseObject({
    type: z.string(),
    delta: z.looseObject({ type: z.string(), text: z.string().optional() }).optional(),
  }),
});

export async function readPartialText({ readTail, session }: SessionChange): Promise<string> {
  return session.runningTurn ? findPartialText(await readTail(TAIL), session.runningTurn) : "";
}

/** The text that was being written, or else the newest that was whole. */
export function findPartialText(log: readonly EventRow[], turnId: TurnId): string {
  let whole = "";
  let begun = "";
  for (const { turnId: of, data } of log.map(({ json }) => Event.parse(JSON.parse(json)))) {
    if (of !== turnId) continue;
    const message = Message.safeParse(data);
    if (message.success) {
      whole = textOf(message.data) || whole;
      begun = "";
    } else begun = goOn(begun, data);
  }
  return begun || whole;
}

function goOn(begun: string, data: unknown): string {
  const delta = Delta.safeParse(data);
  if (!delta.success) return begun;
  const { event } = delta.data;
  if (event.type === "message_start") return "";
  return event.delta?.type === "text_delta" ? begun + (event.delta.text ?? "") : begun;
}

function textOf({ message }: z.infer<typeof Message>): string {
  return message.content.map(({ type, text }) => (type === "text" ? (text ?? "") : "")).join("");
}
