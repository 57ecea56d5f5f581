// The part of Anthropic's Messages API the scripted model understands. Requests come from the agent, so they are
// parsed as unknown data: a field of the wrong type is a 400, an unknown block is kept as "other" and ignored.
import type { ServerResponse } from "node:http";

export type Block =
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string }
  | { type: "tool_result" }
  | { type: "other" };

export interface Message {
  role: "user" | "assistant" | "system";
  blocks: readonly Block[];
}

export interface ModelRequest {
  model: string;
  /** Absent on count_tokens, which has no answer to limit. */
  maxTokens: number | undefined;
  stream: boolean;
  messages: readonly Message[];
  hasTools: boolean;
  /** `metadata.user_id`; Claude Code puts its session id in it, which tells equal conversations apart. */
  userId: string;
  /** The JSON schema the answer must follow, when structured output is asked for. */
  answerSchema: Record<string, unknown> | undefined;
  usage: InputUsage;
}

export interface InputUsage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };

const ROLES: readonly unknown[] = ["user", "assistant", "system"];
const CHARS_PER_TOKEN = 4; // Anthropic's own rule of thumb for English text

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function countTokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function parseRequest(text: string): Parsed<ModelRequest> {
  const body = parseJson(text);
  if (!isRecord(body)) return refuse("the body must be a JSON object");
  const { model, messages, max_tokens: maxTokens, stream = false } = body;
  if (typeof model !== "string" || model === "") return refuse("model: must be a non-empty string");
  if (maxTokens !== undefined && !isPositiveInteger(maxTokens)) return refuse("max_tokens: must be a positive integer");
  if (typeof stream !== "boolean") return refuse("stream: must be a boolean");
  if (!Array.isArray(messages) || messages.length === 0) return refuse("messages: must be a non-empty array");
  const parsed = messages.map(parseMessage);
  const bad = parsed.findIndex((message) => message === undefined);
  if (bad >= 0) return refuse(`messages.${bad}: must have a role and content`);
  return {
    ok: true,
    value: {
      model,
      maxTokens,
      stream,
      messages: parsed.filter((message) => message !== undefined),
      hasTools: Array.isArray(body["tools"]) && body["tools"].length > 0,
      userId: readUserId(body["metadata"]),
      answerSchema: readAnswerSchema(body["output_config"]),
      usage: measureInput(body, messages),
    },
  };
}

function refuse(problem: string): { ok: false; problem: string } {
  return { ok: false, problem };
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}

function parseMessage(message: unknown): Message | undefined {
  if (!isRecord(message) || !ROLES.includes(message["role"])) return undefined;
  const role = message["role"] as Message["role"];
  const content = message["content"];
  if (typeof content === "string") return { role, blocks: [{ type: "text", text: content }] };
  if (!Array.isArray(content) || !content.every(isRecord)) return undefined;
  return { role, blocks: content.map(parseBlock) };
}

function parseBlock(block: Record<string, unknown>): Block {
  const { type, text, id } = block;
  if (type === "text" && typeof text === "string") return { type, text };
  if (type === "tool_use") return { type, id: String(id) };
  if (type === "tool_result") return { type };
  return { type: "other" };
}

function readUserId(metadata: unknown): string {
  return isRecord(metadata) && typeof metadata["user_id"] === "string" ? metadata["user_id"] : "";
}

function readAnswerSchema(outputConfig: unknown): Record<string, unknown> | undefined {
  const format = isRecord(outputConfig) ? outputConfig["format"] : undefined;
  const schema = isRecord(format) ? format["schema"] : undefined;
  return isRecord(schema) ? schema : undefined;
}

/** What came since the last answer is new input; all before it counts as cached when the caller asked for caching. */
function measureInput(body: Record<string, unknown>, messages: readonly unknown[]): InputUsage {
  const { system, tools } = body;
  const lastAnswer = messages.findLastIndex((message) => isRecord(message) && message["role"] === "assistant");
  const prefix = JSON.stringify([system, tools, messages.slice(0, lastAnswer + 1)]);
  const fresh = countTokens(JSON.stringify(messages.slice(lastAnswer + 1)).length);
  const cacheable = countTokens(prefix.length);
  if (!prefix.includes('"cache_control"')) {
    return { input_tokens: fresh + cacheable, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  }
  const isFirst = lastAnswer < 0;
  return {
    input_tokens: fresh,
    cache_creation_input_tokens: isFirst ? cacheable : 0,
    cache_read_input_tokens: isFirst ? 0 : cacheable,
  };
}

// https://docs.anthropic.com/en/api/errors
const ERROR_TYPES: Record<number, string> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

export function sendError(response: ServerResponse, status: number, message: string): void {
  const type = ERROR_TYPES[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
  sendJson(response, status, { type: "error", error: { type, message }, request_id: response.getHeader("request-id") });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
