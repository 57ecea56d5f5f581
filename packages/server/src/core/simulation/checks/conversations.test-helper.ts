/**
 * What agents are given to go on with. A conversation is its session's own and only grows; a fork's begins with its
 * parent's up to the fork's turn: nothing of it is missing, and nothing of a later turn is there.
 */
import { isDeepStrictEqual } from "node:util";
import type { SessionId, TranscriptEntry } from "@cc-docker/protocol";
import { short } from "../plan/stage.test-helper.ts";
import type { Parentage } from "../world/note-forks.test-helper.ts";
import type { AgentBegun } from "../world/notes.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

export function conversationsAreWhole({ stage: { world } }: Findings): string[] {
  const owners = new Map<string, SessionId>();
  const before = new Map<SessionId, TranscriptEntry[]>();
  return world.notes.begun.flatMap((agent) => {
    const { sessionId, generation, resume } = agent;
    const lines = linesOf(resume?.entries ?? []);
    const parentage = world.forks.find(sessionId);
    const problems = [
      ...checkBeginning(lines, before.get(sessionId) ?? []),
      ...(resume ? checkOwner(resume, owners, sessionId) : []),
      ...(parentage ? checkFork(agent, lines, parentage) : []),
    ];
    before.set(sessionId, lines);
    return problems.map((problem) => `agent ${generation} of ${short(sessionId)} was given ${problem}`);
  });
}

/** Without the agent's notes to itself, which have no `uuid` and which a fork may lack. */
function linesOf(entries: readonly TranscriptEntry[]): TranscriptEntry[] {
  return entries.filter(({ uuid }) => uuid !== undefined);
}

function checkBeginning(lines: readonly TranscriptEntry[], beginning: readonly TranscriptEntry[]): string[] {
  const wrong = beginning.findIndex((line, index) => !isSame(line, lines[index]));
  return wrong === -1 ? [] : [`${describe(lines[wrong])} where ${describe(beginning[wrong])} belongs`];
}

type Resume = NonNullable<AgentBegun["resume"]>;

function checkOwner(
  { agentSessionId, entries }: Resume,
  owners: Map<string, SessionId>,
  sessionId: SessionId,
): string[] {
  const owner = owners.get(agentSessionId) ?? sessionId;
  owners.set(agentSessionId, owner);
  const foreign = entries.find((entry) => entry["sessionId"] !== undefined && entry["sessionId"] !== agentSessionId);
  return [
    ...(owner === sessionId ? [] : [`the conversation id of ${short(owner)}`]),
    ...(foreign ? [`${describe(foreign)} under another conversation's id`] : []),
  ];
}

function checkFork(
  { resume }: AgentBegun,
  lines: readonly TranscriptEntry[],
  { conversation, later }: Parentage,
): string[] {
  const all = linesOf(conversation);
  const end = all.findIndex(({ uuid }) => later.some(({ id }) => id === uuid));
  const upTo = end === -1 ? all : all.slice(0, end);
  const tooMuch = lines.slice(upTo.length).filter(({ uuid }) => all.some((line) => line.uuid === uuid));
  const told = JSON.stringify(resume?.entries ?? []);
  return [
    ...checkBeginning(lines, upTo),
    ...tooMuch.map((line) => `its parent's ${describe(line)}, which comes after the fork`),
    ...later.flatMap(({ id, prompt }) =>
      told.includes(prompt) ? [`the prompt of its parent's later turn ${short(id)}`] : [],
    ),
  ];
}

/** But for the conversation that they say they are of. */
function isSame(line: TranscriptEntry, other: TranscriptEntry | undefined): boolean {
  return isDeepStrictEqual({ ...line, sessionId: undefined }, { ...other, sessionId: undefined });
}

function describe(line: TranscriptEntry | undefined): string {
  return line ? `${line.type} ${short(line.uuid ?? "")}` : "nothing";
}
