/** What the agent said reached the log whole and once, as far as its messages show it by themselves. */
import { type Event, endsTurn } from "@cc-docker/client";

type Message = { uuid?: string; message?: { id?: string } };

/** `answersOf`: how many answers of the model the turn of a prompt takes. @returns what is wrong, in words */
export function checkMessages(events: readonly Event[], answersOf: (prompt: string) => number): string[] {
  return [...findTwice(events), ...endedTurns(events).flatMap((turn) => checkTurn(turn, answersOf))];
}

function findTwice(events: readonly Event[]): string[] {
  const uuids = events.flatMap(({ type, data }) => (type.startsWith("agent.") ? [(data as Message).uuid] : []));
  const twice = uuids.filter((uuid, index) => uuid !== undefined && uuids.indexOf(uuid) !== index);
  return twice.map((uuid) => `messages: ${uuid} of the agent is in the log twice`);
}

function endedTurns(events: readonly Event[]): Event[][] {
  const turns = Map.groupBy(
    events.filter(({ turnId }) => turnId !== undefined),
    ({ turnId }) => turnId,
  );
  return [...turns.values()].filter((turn) => turn.some(({ type }) => endsTurn(type)));
}

function checkTurn(turn: readonly Event[], answersOf: (prompt: string) => number): string[] {
  const of = (wanted: string) => turn.filter(({ type }) => type === wanted);
  const { prompt = "" } = (of("turn.queued")[0]?.data ?? {}) as { prompt?: string };
  const answers = new Set(of("agent.assistant").map(({ data }) => (data as Message).message?.id)).size;
  const results = of("agent.result").length;
  const found: string[] = [];
  if (of("turn.completed").length !== 1) found.push(`messages: "${prompt}" was not completed`);
  if (answers < answersOf(prompt)) found.push(`messages: "${prompt}" has ${answers} answers in the log`);
  if (results !== 1) found.push(`messages: "${prompt}" has ${results} results in the log`);
  return found;
}
