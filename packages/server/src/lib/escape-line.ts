/** What JSON leaves as it is, and terminals and editors obey: DEL, C1 controls, line ends, and what turns text round. */
const OBEYED = /[\u007f-\u009f\u2028\u2029]|\p{Bidi_Control}/gu;

/** A line of JSON that shows as it is wherever it is read: the same JSON, with those characters as escapes. */
export function escapeLine(json: string): string {
  return json.replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
