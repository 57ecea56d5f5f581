/** What the agent's transcript says of a turn whose instance died: was its prompt taken, was it answered? */
import type { TokenUsage } from "@cc-docker/protocol";
import { z } from "zod";
import { AgentUsage } from "./agent-usage.ts";

export type TranscriptEnd =
  /** The agent never took the prompt: it is handed over as if for the first time. */
  | { kind: "prompt_missing" }
  /** The agent was at work: it goes on by itself. */
  | { kind: "unfinished" }
  /** The answer is complete; only its result was never told. */
  | { kind: "answered"; text: string; usage: TokenUsage }
  /** The model call had failed for good; `text` is the agent's word for it. */
  | { kind: "failed"; text: string };

const Answer = z.object({
  type: z.literal("assistant"),
  isApiErrorMessage: z.boolean().optional(),
  message: z.object({
    stop_reason: z.enum(["end_turn", "stop_sequence", "max_tokens", "refusal"]),
    content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
    usage: AgentUsage,
  }),
});

/** `tail`: the newest message of the transcript, when that holds the turn's prompt. It is the agent's word: data. */
export function readTranscriptEnd(tail: string | undefined): TranscriptEnd {
  if (tail === undefined) return { kind: "prompt_missing" };
  const answer = Answer.safeParse(JSON.parse(tail));
  if (!answer.success) return { kind: "unfinished" };
  const { content, usage } = answer.data.message;
  const text = content.map((block) => (block.type === "text" ? (block.text ?? "") : "")).join("");
  if (answer.data.isApiErrorMessage) return { kind: "failed", text };
  return { kind: "answered", text, usage };
}
