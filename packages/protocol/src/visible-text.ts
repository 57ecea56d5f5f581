/**
 * A letter, digit, mark of punctuation or symbol that is drawn as something: the fillers of Hangul, the empty pattern of
 * Braille and the empty note head count as such to Unicode, and look like a space, or like nothing.
 */
export const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800\u{1d159}])[\p{L}\p{N}\p{P}\p{S}]/u;

/** Every character is drawn in its place: none is invisible, breaks the line or turns the direction of what is around it. */
export const WHOLLY_VISIBLE =
  /^(?:(?![\p{Default_Ignorable_Code_Point}\u2800\u{1d159}])[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}])*$/u;

/** No control characters, no separators of lines, nothing that turns the direction of what is around it. */
export const ON_ONE_LINE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/u;

/** Whether people can see anything of a text. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}
