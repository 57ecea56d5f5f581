/** The table of keys in words, for the help and for documents. */
import { KEYS, type KeyRow, type Place } from "./keys.ts";

export type KeySection = {
  readonly place: Place;
  readonly title: string;
  /** What else there is to know. */
  readonly note?: string | undefined;
  readonly rows: readonly { readonly keys: readonly string[]; readonly does: string }[];
};

const TITLES: Readonly<Record<Place, string>> = {
  list: "In the list of sessions",
  read: "In a session, reading",
  write: "In a session, writing",
  ask: "In a line that is asked for",
  help: "In the help",
};

/** Who has no alt key must come to everything, too. */
const NOTES: Readonly<Partial<Record<Place, string>>> = {
  write:
    "Where alt does nothing (Option on macOS, unless the terminal takes it for Meta), press esc and then the key that reading has: esc y allows, esc ? shows every key.",
};

const NEEDS: Readonly<Record<NonNullable<KeyRow["needs"]>, string>> = {
  approval: "while the agent asks",
  question: "while the agent has a question",
  found: "after a search",
};

/** Every key of every place. */
export function describeKeys(): KeySection[] {
  const rows: readonly KeyRow[] = KEYS;
  return (Object.keys(TITLES) as Place[]).map((place) => ({
    place,
    title: TITLES[place],
    note: NOTES[place],
    rows: rows.filter((row) => row.in.includes(place)).map((row) => ({ keys: namesOf(row), does: wordsOf(row) })),
  }));
}

/** A row of nine digits is a range. */
function namesOf({ keys }: KeyRow): string[] {
  const [first = "", last = ""] = [keys[0], keys.at(-1)];
  return keys.length === 9 ? [`${first} … ${last}`] : keys.map((key) => (key === " " ? "space" : key));
}

function wordsOf({ help, needs }: KeyRow): string {
  return needs === undefined ? help : `${help} (${NEEDS[needs]})`;
}
