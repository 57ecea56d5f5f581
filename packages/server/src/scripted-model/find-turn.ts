// Which part of the script a request asks for. Read from the request alone: the last real prompt in it, and how many
// tools were called since. So a resumed, replayed or concurrent conversation needs no memory here.
import { createHash } from "node:crypto";
import { type Block, isRecord, type Message, type ModelRequest } from "./messages-api.ts";
import { type ModelTurn, parseScript } from "./parse-script.ts";

export interface FoundTurn {
  /** The prompt without the reminders Claude Code wraps around it; undefined for a request that is not a prompt. */
  prompt: string | undefined;
  turn: ModelTurn;
  /** 0 for the first answer to a prompt, then one more for every tool round. */
  turnIndex: number;
  /** The same for a retry of this request, different for any other request. */
  key: string;
}

const MAX_ECHO_CHARS = 10_000;
const NOTHING_TO_SAY = "Done.";
const INTERRUPTED = "[Request interrupted by user";
/** What Claude Code says to itself when it goes on with a turn that an earlier process left unfinished. */
const GO_ON = "Continue from where you left off.";

export function findTurn(request: ModelRequest): FoundTurn {
  const side = answerSideRequest(request);
  if (side !== undefined) return { prompt: undefined, turn: [{ kind: "say", text: side }], turnIndex: 0, key: "" };
  const position = request.messages.findLastIndex((message) => readPrompt(message) !== undefined);
  const prompt = position < 0 ? "" : (readPrompt(request.messages[position]) ?? "");
  const script = parseScript(prompt);
  const turnIndex = countTurnsDone(script, countToolCalls(request.messages.slice(position + 1)));
  const turn = script.length === 0 ? echo(prompt) : (script[turnIndex] ?? []);
  return { prompt, turn: completeTurn(turn), turnIndex, key: hashConversation(request, position, turnIndex) };
}

/** Claude Code also asks for titles and probes its quota; such a request wants something short of the right shape. */
function answerSideRequest(request: ModelRequest): string | undefined {
  if (request.maxTokens === 1) return "ok";
  // With tools it is the conversation itself, whose answer the caller wants in a certain form.
  if (request.answerSchema !== undefined && !request.hasTools) return JSON.stringify(fillSchema(request.answerSchema));
  return undefined;
}

function fillSchema(schema: unknown): unknown {
  if (!isRecord(schema)) return "scripted";
  const { enum: choices, properties, type } = schema;
  if (Array.isArray(choices)) return choices[0];
  if (isRecord(properties)) {
    return Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, fillSchema(child)]));
  }
  if (type === "boolean") return false;
  if (type === "number" || type === "integer") return 0;
  return type === "array" ? [] : "scripted";
}

/** The text a person or program sent with this message; undefined when it only carries tool results or reminders. */
function readPrompt(message: Message | undefined): string | undefined {
  if (message?.role !== "user") return undefined;
  const allTexts = message.blocks.filter((block) => block.type === "text").map((block) => block.text);
  const texts = allTexts.filter((text) => stripReminders(text) !== GO_ON);
  const lastText = texts.findLastIndex((text) => stripReminders(text) !== "");
  // After a failed or interrupted turn Claude Code sends the abandoned prompts and the new one as one message, joined
  // by a line break at the end of a block. What stands before the last joint is not to be done again.
  const joint = texts.slice(0, Math.max(0, lastText)).findLastIndex((text) => text.endsWith("\n"));
  const prompt = texts
    .slice(joint + 1)
    .map(stripReminders)
    .filter(Boolean)
    .join("\n");
  if (prompt === "" || prompt.startsWith(INTERRUPTED)) return undefined;
  const isInterrupted = texts.some((text) => text.startsWith(INTERRUPTED));
  const hasResults = message.blocks.some((block) => block.type === "tool_result");
  // Claude Code adds notes of its own to tool results ("Tool loaded."); only directives make those a prompt.
  if (hasResults && !isInterrupted && parseScript(prompt).length === 0) return undefined;
  return prompt;
}

function stripReminders(text: string): string {
  return text.replaceAll(/<system-reminder>[\s\S]*?(<\/system-reminder>|$)/g, "").trim();
}

function countToolCalls(messages: readonly Message[]): number {
  return messages.filter((message) => message.role === "assistant").flatMap(({ blocks }) => blocks.filter(isToolCall))
    .length;
}

function isToolCall(block: Block): boolean {
  return block.type === "tool_use";
}

/** By calls, not by messages: Claude Code may send the calls of one answer back as several messages. */
function countTurnsDone(script: readonly ModelTurn[], callsMade: number): number {
  let left = callsMade;
  let done = 0;
  while (left > 0) {
    left -= Math.max(1, (script[done] ?? []).filter((step) => step.kind === "tool").length);
    done += 1;
  }
  return done;
}

function echo(prompt: string): ModelTurn {
  return [{ kind: "say", text: `You said: ${prompt.slice(0, MAX_ECHO_CHARS)}` }];
}

/** An answer without any visible content is not one a real model gives. */
function completeTurn(turn: ModelTurn): ModelTurn {
  const isSilent = turn.every(({ kind }) => ["think", "wait", "stall", "fail"].includes(kind));
  return isSilent ? [...turn, { kind: "say", text: NOTHING_TO_SAY }] : turn;
}

function hashConversation(request: ModelRequest, position: number, turnIndex: number): string {
  const hash = createHash("sha256").update(`${request.userId}\0${turnIndex}`);
  for (const { role, blocks } of request.messages.slice(0, position + 1)) {
    // System messages are Claude Code's own and may change between a request and its retry.
    if (role !== "system") hash.update(JSON.stringify([role, blocks.map(describeBlock)]));
  }
  return hash.digest("base64url");
}

function describeBlock(block: Block): string {
  if (block.type === "text") return stripReminders(block.text);
  return block.type === "tool_use" ? block.id : block.type;
}
