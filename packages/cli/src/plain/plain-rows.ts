/** Sessions in lines, for who hears them one after the other: which there are, and what has changed. Pure. */
import { basename } from "node:path";
import type { Session } from "@cc-docker/protocol";
import { describeStatus } from "../output/describe-session.ts";

export type PlainRow = {
  /** Which it is called by while the list is open: never another's. */
  readonly number: number;
  readonly session: Session;
  /** Its name or its first prompt; empty before there is any. */
  readonly title: string;
  /** Its agent waits for an answer. */
  readonly isAsking: boolean;
};

const MAX_TITLE_CHARS = 60;

/** "2. parser, idle, in my-project, 3d9a1b2c". */
export function describeRow(row: PlainRow): string {
  const { id, workspace } = row.session;
  const place = workspace.type === "host" ? [`in ${basename(workspace.path)}`] : [];
  return [`${row.number}. ${titleOf(row)}`, stateOf(row), ...place, id.slice(0, 8)].join(", ");
}

/** A line for each session that has come, gone, or is in another state. */
export function describeChanges(before: readonly PlainRow[], after: readonly PlainRow[]): string[] {
  const known = new Map(before.map((row) => [row.session.id, row]));
  const left = new Set(after.map(({ session }) => session.id));
  const gone = before.filter(({ session }) => !left.has(session.id));
  return [
    ...gone.map((row) => `${row.number}. ${titleOf(row)} was removed`),
    ...after.flatMap((row) => describeChange(known.get(row.session.id), row)),
  ];
}

/** By its number, its name, or the beginning of its id; `undefined` when none is meant, or several are. */
export function findRow(rows: readonly PlainRow[], word: string): PlainRow | undefined {
  if (/^\d{1,3}$/.test(word)) return rows.find(({ number }) => number === Number(word));
  const named = rows.filter(({ session }) => session.name === word);
  const fitting =
    named.length > 0 ? named : rows.filter(({ session }) => word.length >= 4 && session.id.startsWith(word));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function describeChange(before: PlainRow | undefined, row: PlainRow): string[] {
  if (!before) return [`new: ${describeRow(row)}`];
  if (stateOf(before) === stateOf(row)) return [];
  return [`${row.number}. ${titleOf(row)}: ${stateOf(row)}${row.isAsking ? `; type ${row.number} to answer` : ""}`];
}

function titleOf({ title, session }: PlainRow): string {
  const words = title.replace(/\s+/g, " ").trim();
  const shown = words.length > MAX_TITLE_CHARS ? `${words.slice(0, MAX_TITLE_CHARS - 1)}…` : words;
  return shown === "" ? `session ${session.id.slice(0, 8)}` : shown;
}

function stateOf({ session, isAsking }: PlainRow): string {
  return isAsking ? "asks" : describeStatus(session);
}
