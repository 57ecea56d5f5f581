/** From what a person types to a session; without a word, the one of the directory the person is in. */
import { dirname } from "node:path";
import type { Client, Session } from "@cc-docker/client";
import { CcError, type SessionId } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { listSessions } from "./list-sessions.ts";
import { isWholeId, pickId } from "./pick-id.ts";
import { realDirectory } from "./workspace-options.ts";

type Where = Pick<Io, "cwd" | "signal">;

const KIND = { noun: "session", notFound: "SESSION_NOT_FOUND" } as const;
const MOST_NAMED = 5;

/** @throws CcError SESSION_NOT_FOUND, REQUEST_INVALID when a word is too short or fits several sessions */
export async function findSessions(client: Client, words: readonly string[], where: Where): Promise<SessionId[]> {
  const known = words.every(isWholeId) ? [] : await listSessions(client, { signal: where.signal });
  return words.map((word) => (isWholeId(word) ? (word.toLowerCase() as SessionId) : pickSession(known, word)));
}

/**
 * @param word an id, the beginning of one, or a name; when absent: the only session that works in the current directory,
 *   or in the nearest one above it that has any
 * @throws what `findSessions` throws
 */
export async function findSession(client: Client, word: string | undefined, where: Where): Promise<SessionId> {
  if (word === undefined) return (await findHere(client, where)).id;
  const [id] = await findSessions(client, [word], where);
  return id as SessionId;
}

/** By its name, if exactly one is called so; else by its id. Pure. @throws CcError */
export function pickSession(known: readonly Session[], word: string): SessionId {
  const named = known.filter(({ name }) => name === word);
  const [first, second] = named;
  if (second) throw ambiguous(`"${word}" is the name of`, named);
  return first
    ? first.id
    : pickId(
        known.map(({ id }) => id),
        word,
        KIND,
      );
}

async function findHere(client: Client, where: Where): Promise<Session> {
  const directory = await realDirectory(undefined, where);
  const found = await listHere(client, directory, where.signal);
  const [first, second] = found;
  if (first === undefined)
    throw new CcError("SESSION_NOT_FOUND", `No session works in ${directory} or above it, and none is named.`);
  if (second)
    throw ambiguous(`In ${first.workspace.type === "host" ? first.workspace.path : directory} there are`, found);
  return first;
}

/** Those of the nearest directory that has any. One request asks for all of them. */
async function listHere(client: Client, directory: string, signal: AbortSignal): Promise<Session[]> {
  const lists = await Promise.all(
    pathsUpFrom(directory).map((workspacePath) => listSessions(client, { workspacePath, signal })),
  );
  return lists.find((sessions) => sessions.length > 0) ?? [];
}

/** The directory and all above it. */
function pathsUpFrom(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [directory] : [directory, ...pathsUpFrom(parent)];
}

function ambiguous(what: string, sessions: readonly Session[]): CcError {
  const some = sessions.slice(0, MOST_NAMED).map(({ id, name, status }) => `${id} (${name ?? status})`);
  return new CcError("REQUEST_INVALID", `${what} ${sessions.length} sessions; name one by its id: ${some.join(", ")}.`);
}
