/**
 * A letter, digit, mark of punctuation or symbol that is drawn as something: the fillers of Hangul, the empty pattern of
 * Braille and the empty note head count as such to Unicode, and look like a space, or like nothing.
 */
export const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800\u{1d159}])[\p{L}\p{N}\p{P}\p{S}]/u;

/** Whether people can see anything of a text. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}
