/** A person's own text while it is written: sent as it is, whatever is in it, and shown harmless. */
import { byCode, HIDDEN, TOO_MANY_MARKS } from "../../output/printable.ts";

export type ShownText = {
  /** Harmless, on one line. */
  readonly text: string;
  /** Where a place of the text that was typed is in the one that is shown; both in UTF-16 units. */
  at(place: number): number;
};

const CODED = new RegExp(`${HIDDEN.source}|${TOO_MANY_MARKS}|\\p{Cs}`, "gu");
/** Each is one unit and one column. */
const SPACES = /[\t\n]/g;

/** One line of what was typed, or pasted: a tab is a space, and nothing is left out. */
export function showTyped(typed: string): ShownText {
  const jumps: { after: number; by: number }[] = [];
  let added = 0;
  const text = typed.replace(SPACES, " ").replace(CODED, (character: string, place: number) => {
    const code = byCode(character);
    added += code.length - character.length;
    jumps.push({ after: place + character.length, by: added });
    return code;
  });
  return { text, at: (place) => place + (jumps.findLast(({ after }) => after <= place)?.by ?? 0) };
}
