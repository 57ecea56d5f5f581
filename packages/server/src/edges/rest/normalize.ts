/**
 * Claude Code's messages in shapes of our own, which stay when Claude Code's change: what was said, called and answered.
 * An agent may write anything into its messages: what is not as expected is left out.
 */
import { z } from "zod";
import { recordOf } from "../../lib/json.ts";

const Content = z.union([
  z.object({ type: z.literal(["text", "thinking"]), text: z.string() }),
  z.object({ type: z.literal("tool_use"), tool_use_id: z.string(), tool: z.string(), input: z.unknown() }),
  z.object({ type: z.literal("tool_result"), tool_use_id: z.string(), text: z.string(), is_error: z.boolean() }),
]);
type Content = z.infer<typeof Content>;

export const NormalizedData = z.object({
  /** What kind of its type the message is, where there are several. */
  subtype: z.string().optional(),
  content: z.array(Content).optional(),
  /** A piece of what is being said. */
  delta: z.object({ type: z.literal(["text", "thinking", "input"]), text: z.string() }).optional(),
  result: z.string().optional(),
  duration_ms: z.number().optional(),
  total_cost_usd: z.number().optional(),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }).optional(),
});
export type NormalizedData = z.infer<typeof NormalizedData>;

type Fields = Record<string, unknown>;

/** @param type of the event: `agent.…` */
export function normalize(type: string, message: unknown): NormalizedData {
  const given = recordOf(message);
  const subtype = typeof given["subtype"] === "string" ? { subtype: given["subtype"] } : {};
  switch (type) {
    case "agent.assistant":
    case "agent.user":
      return { ...subtype, content: contentOf(recordOf(given["message"])["content"]) };
    case "agent.stream_event":
      return { ...subtype, ...deltaOf(recordOf(recordOf(given["event"])["delta"])) };
    case "agent.result":
      return { ...subtype, ...resultOf(given) };
    default:
      return subtype;
  }
}

function contentOf(content: unknown): Content[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content.map(recordOf).flatMap(blockOf) : [];
}

function blockOf(block: Fields): Content[] {
  switch (block["type"]) {
    case "text":
      return [{ type: "text", text: textOf(block["text"]) }];
    case "thinking":
      return [{ type: "thinking", text: textOf(block["thinking"]) }];
    case "tool_use":
      return [
        { type: "tool_use", tool_use_id: textOf(block["id"]), tool: textOf(block["name"]), input: block["input"] },
      ];
    case "tool_result": {
      const answered = { tool_use_id: textOf(block["tool_use_id"]), is_error: block["is_error"] === true };
      return [{ type: "tool_result", ...answered, text: wordResult(block["content"]) }];
    }
    default:
      return [];
  }
}

function wordResult(content: unknown): string {
  const texts = contentOf(content).map((one) => ("text" in one ? one.text : ""));
  return texts.join("\n");
}

function deltaOf({ type, text, thinking, partial_json: json }: Fields): Pick<NormalizedData, "delta"> {
  if (type === "text_delta") return { delta: { type: "text", text: textOf(text) } };
  if (type === "thinking_delta") return { delta: { type: "thinking", text: textOf(thinking) } };
  return type === "input_json_delta" ? { delta: { type: "input", text: textOf(json) } } : {};
}

function resultOf({ result, duration_ms: took, total_cost_usd: cost, usage }: Fields): NormalizedData {
  const { input_tokens, output_tokens } = recordOf(usage);
  return {
    ...(typeof result === "string" && { result }),
    ...(typeof took === "number" && { duration_ms: took }),
    ...(typeof cost === "number" && { total_cost_usd: cost }),
    usage: { input_tokens: numberOf(input_tokens), output_tokens: numberOf(output_tokens) },
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
