/**
 * Claude Code's messages in shapes of our own, which stay when Claude Code's change: what was said, called and answered.
 * An agent may write anything into its messages: what is not as expected is left out.
 */
import { z } from "zod";
import { recordOf } from "../../lib/json.ts";

const kind = "Which of the shapes this is.";
const Content = z.union([
  z.object({ type: z.literal(["text", "thinking"]).describe(kind), text: z.string().describe("What was said.") }),
  z.object({
    type: z.literal("tool_use").describe(kind),
    tool_use_id: z.string().describe("What tells this call from others."),
    tool: z.string().describe("The tool, as Claude Code names it."),
    input: z.unknown().describe("What the tool is called with."),
  }),
  z.object({
    type: z.literal("tool_result").describe(kind),
    tool_use_id: z.string().describe("The call that this answers."),
    text: z.string().describe("What the tool answered."),
    is_error: z.boolean().describe("Whether the tool failed."),
  }),
]);
type Content = z.infer<typeof Content>;

export const NormalizedData = z
  .object({
    subtype: z.string().optional().describe("What kind of its type the message is, where there are several."),
    content: z.array(Content).optional().describe("What was said, called and answered, in order."),
    delta: z
      .object({
        type: z
          .literal(["text", "thinking", "input"])
          .describe("What it is a piece of; `input`: of a tool's, as JSON."),
        text: z.string().describe("The piece."),
      })
      .optional()
      .describe("A piece of what is being said."),
    result: z.string().optional().describe("The agent's last answer."),
    duration_ms: z.number().optional().describe("Wall time inside Claude Code, in milliseconds."),
    total_cost_usd: z.number().optional().describe("In US dollars, as Claude Code estimates it."),
    usage: z
      .object({
        input_tokens: z.number().describe("Tokens read anew, not from the cache."),
        output_tokens: z.number().describe("Tokens written."),
      })
      .optional()
      .describe("Tokens of the turn's model calls."),
  })
  .describe("Claude Code's message in a shape that stays when Claude Code's changes. What does not apply is absent.");
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
