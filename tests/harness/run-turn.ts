/** Prompts and what comes of them. */
import {
  type CcError,
  type Client,
  type Event,
  endsTurn,
  isCcError,
  type Session,
  type SessionConfig,
  type Turn,
} from "@cc-docker/client";
import { waitUntil } from "./wait-until.ts";

export type TurnRun = {
  turn: Turn;
  /** The session's events from the prompt to the end of its turn, in the order of their arrival. */
  events: Event[];
  /** The answer; empty when the turn failed. */
  text: string;
};

type RunOptions = { deadlineMs?: number; idempotencyKey?: string };

const DEADLINE_MS = 60_000;

/** Sends a prompt and follows the session until its turn has ended. */
export async function runTurn(
  client: Client,
  sessionId: string,
  prompt: string,
  { deadlineMs = DEADLINE_MS, idempotencyKey }: RunOptions = {},
): Promise<TurnRun> {
  const { lastSeq } = await client.sessions.get.query({ sessionId });
  const { id: turnId } = await client.chat.send.mutate({ sessionId, prompt, idempotencyKey });
  const events = await collectUntil(client, {
    sessionId,
    after: lastSeq,
    deadlineMs,
    isLast: (event) => endsTurn(event.type) && event.turnId === turnId,
  });
  const turn = await client.chat.get.query({ sessionId, turnId });
  return { turn, events, text: turn.result?.text ?? "" };
}

export type CollectOptions = {
  sessionId: string;
  isLast: (event: Event) => boolean;
  after?: number;
  deadlineMs?: number;
  onEvent?: (event: Event) => void;
  onReconnect?: (failure: CcError) => void;
};

/** @throws Error with the types of what came, when the last event does not come in time */
export async function collectUntil(
  client: Pick<Client, "followEvents">,
  { isLast, deadlineMs = DEADLINE_MS, onEvent, ...follow }: CollectOptions,
): Promise<Event[]> {
  const events: Event[] = [];
  const signal = AbortSignal.timeout(deadlineMs);
  for await (const event of client.followEvents({ ...follow, signal })) {
    events.push(event);
    onEvent?.(event);
    if (isLast(event)) return events;
  }
  const types = events.slice(-20).map(({ seq, type }) => `${seq} ${type}`);
  throw new Error(`The events did not end within ${deadlineMs} ms; the last were: ${types.join(", ")}`);
}

export type OpenSession = Session & AsyncDisposable;

/** A new session whose agent waits for a prompt; deleted at the end of its scope. */
export async function openSession(client: Client, config: SessionConfig = {}): Promise<OpenSession> {
  const { id } = await client.sessions.create.mutate({ config });
  const session = await waitUntilIdle(client, id);
  return { ...session, [Symbol.asyncDispose]: () => deleteSession(client, id) };
}

/** Deleting what is gone already is fine: some tests delete for themselves. */
export async function deleteSession(client: Client, sessionId: string): Promise<void> {
  await client.sessions.delete.mutate({ sessionId }).catch((error: unknown) => {
    if (!isCcError(error, "SESSION_NOT_FOUND")) throw error;
  });
}

/** @throws Error at once when the session ends instead */
async function waitUntilIdle(client: Client, sessionId: string): Promise<Session> {
  const session = await waitUntil(
    async () => {
      const now = await client.sessions.get.query({ sessionId });
      return now.status === "starting" ? undefined : now;
    },
    { what: `session ${sessionId} to start`, deadlineMs: DEADLINE_MS },
  );
  if (session.status === "idle") return session;
  throw new Error(`Session ${sessionId} is ${session.status}: ${session.error?.message}`);
}

type Delta = { event?: { delta?: { type?: string; text?: string } } };

/** The answer as it streamed in. */
export function streamedText(events: readonly Event[]): string {
  return events
    .filter(({ type }) => type === "agent.stream_event")
    .map(({ data }) => (data as Delta).event?.delta)
    .map((delta) => (delta?.type === "text_delta" ? (delta.text ?? "") : ""))
    .join("");
}

/** What the agent's tools gave back, one entry a call. */
export function toolResults(events: readonly Event[]): string[] {
  return events
    .filter(({ type }) => type === "agent.user")
    .flatMap(({ data }) => (data as { message: { content: unknown } }).message.content)
    .filter((block): block is { type: "tool_result"; content: unknown } => isToolResult(block))
    .map(({ content }) => (typeof content === "string" ? content : JSON.stringify(content)));
}

function isToolResult(block: unknown): boolean {
  return typeof block === "object" && block !== null && (block as { type?: unknown }).type === "tool_result";
}
