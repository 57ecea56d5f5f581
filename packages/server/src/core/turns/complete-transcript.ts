/**
 * The agent tells of a message before it writes it to its transcript, up to a tenth of a second. An agent that is
 * killed in between has done what its transcript does not know, and would do it again: the tool runs twice, the model
 * is asked twice. What it told is in the session's log, so the missing lines are made from there.
 */
import { AgentSessionId, Event } from "@cc-docker/protocol";
import { z } from "zod";
import type { EventRow, TranscriptRow, TurnRow } from "../../ports/store/store.ts";

const ToldMessage = z.looseObject({
  type: z.enum(["assistant", "user"]),
  uuid: z.uuid(),
  session_id: AgentSessionId,
  parent_tool_use_id: z.null().optional(), // what helpers say is in transcripts of their own
  message: z.looseObject({ role: z.string(), content: z.unknown() }),
  error: z.string().optional(), // the message is the agent's word for a model call that failed
});
type Told = z.infer<typeof ToldMessage> & { at: string };

export type TranscriptSoFar = {
  /** The newest line of the main transcript that has a `uuid`. */
  lastLine: string | undefined;
  /** The newest message of the main transcript, when that holds the turn's prompt. */
  lastMessage: string | undefined;
};

export type Completion = { agentSessionId: AgentSessionId; rows: TranscriptRow[] };

/** `log`: the session's newest events, in order. @returns `undefined` when nothing is missing */
export function completeTranscript(
  turn: TurnRow,
  log: readonly EventRow[],
  { lastLine, lastMessage }: TranscriptSoFar,
): Completion | undefined {
  const told = readTold(turn, log);
  const known = told.findLastIndex(({ uuid }) => uuid === uuidOf(lastMessage));
  const missing = told.slice(known + 1);
  const [first] = missing;
  if (!first) return undefined;
  const prompt = lastMessage === undefined ? [promptOf(turn, first)] : [];
  let parentUuid = uuidOf(lastLine) ?? null;
  const rows = [...prompt, ...missing].map((line) => {
    const row = toRow(line, parentUuid);
    parentUuid = line.uuid;
    return row;
  });
  return { agentSessionId: first.session_id, rows };
}

/** What the agent told since it was last handed the turn, or went on with it. */
function readTold(turn: TurnRow, log: readonly EventRow[]): Told[] {
  const events = log.map(({ json }) => Event.parse(JSON.parse(json)));
  const from = events.findLastIndex(
    ({ type, turnId }, index) => turnId === turn.id && type === "turn.resumed" && index < lastToldIndex(events, turn),
  );
  return events.slice(from + 1).flatMap(({ turnId, data, at }) => {
    const told = turnId === turn.id ? ToldMessage.safeParse(data) : undefined;
    return told?.success ? [{ ...told.data, at }] : [];
  });
}

/** The newest `turn.resumed` is the one this is done for. */
function lastToldIndex(events: readonly Event[], turn: TurnRow): number {
  return events.findLastIndex(({ turnId, data }) => turnId === turn.id && ToldMessage.safeParse(data).success);
}

function promptOf({ id, prompt, createdAt }: TurnRow, { session_id }: Told): Told {
  return { type: "user", uuid: id, session_id, message: { role: "user", content: prompt }, at: createdAt };
}

function toRow(
  { type, uuid, session_id: sessionId, message, error, at }: Told,
  parentUuid: string | null,
): TranscriptRow {
  const failure = error !== undefined && { error, isApiErrorMessage: true };
  const place = { parentUuid, isSidechain: false, userType: "external", cwd: "/workspace", sessionId };
  return { uuid, type, json: JSON.stringify({ ...place, ...failure, type, message, uuid, timestamp: at }) };
}

function uuidOf(line: string | undefined): string | undefined {
  return line === undefined ? undefined : (JSON.parse(line) as { uuid?: string }).uuid;
}
