/** What the shells' scripts ask with each press of Tab: a line a candidate, the word, a tab, what it means. */
import { EXIT_CODES, type Session } from "@cc-docker/protocol";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import { describeStatus } from "../output/describe-session.ts";
import { printableLine } from "../output/printable.ts";
import { connect } from "../server/connect.ts";
import { listOpenApprovals } from "../session/find-approval.ts";
import { listSessions } from "../session/list-sessions.ts";
import { type Candidate, complete, type Lookup } from "./complete.ts";

const PLAIN_NAME = /^[\w.@+,/-]+$/;
/** A person waits for it, and the shell stands still. */
const LOOKUP_MS = 2000;

/** @param words what stands behind `ccd`, the last being what is typed. @returns the exit code */
export async function tellCandidates(commands: readonly Command[], words: readonly string[], io: Io): Promise<number> {
  const { candidates, lookup } = complete(commands, words);
  const found = lookup ? await lookUp(lookup, words.at(-1) ?? "", io) : [];
  const lines = [...candidates, ...found].map(({ value, does }) =>
    does === "" ? `${value}\n` : `${value}\t${printableLine(does)}\n`,
  );
  await io.stdout.write(lines.join(""));
  return EXIT_CODES.ok;
}

/** Nothing when the gateway is away: a shell has nowhere to say so. */
async function lookUp(lookup: Lookup, typed: string, io: Io): Promise<Candidate[]> {
  if (lookup === "files" || lookup === "directories") return [{ value: `:${lookup}`, does: "" }];
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(LOOKUP_MS)]);
  try {
    const known = lookup === "sessions" ? await findSessions(io, signal) : await findApprovals(io, signal);
    return known.filter(({ value }) => value.toLowerCase().startsWith(typed.toLowerCase()));
  } catch {
    return [];
  }
}

async function findSessions({ env }: Io, signal: AbortSignal): Promise<Candidate[]> {
  return toCandidates(await listSessions(await connect(env), { signal }));
}

/** A session by its name, where that means no other and needs no quotes in any shell; and by its id. */
export function toCandidates(sessions: readonly Session[]): Candidate[] {
  const counts = Map.groupBy(sessions, ({ name }) => name);
  const named = sessions.flatMap((session) => {
    const { name = "" } = session;
    return PLAIN_NAME.test(name) && counts.get(name)?.length === 1
      ? [{ value: name, does: describeStatus(session) }]
      : [];
  });
  const byId = sessions.map((session) => ({
    value: session.id,
    does: [describeStatus(session), ...(session.name === undefined ? [] : [session.name])].join(", "),
  }));
  return [...named, ...byId];
}

async function findApprovals({ env }: Io, signal: AbortSignal): Promise<Candidate[]> {
  const open = await listOpenApprovals(await connect(env), {}, signal);
  return open.map(({ id, toolName }) => ({ value: id, does: toolName }));
}
