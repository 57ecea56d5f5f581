/** A secret that somebody may guess: an example's, a word repeated, keys in a row. */
export function isWeakSecret(secret: string): boolean {
  return PLACEHOLDER.test(secret) || bitsOf(secret) < MIN_BITS;
}

const PLACEHOLDER =
  /change.?me|your.?(jwt|secret)|example|default|insecure|password|placeholder|jwt.?secret|test.?secret/i;
/** What the 32 characters that a secret must have at least hold, if they are random hexadecimal digits: about 115. */
const MIN_BITS = 80;

/** Shannon's measure over its characters, and none for a piece that comes again. */
function bitsOf(secret: string): number {
  const text = withoutRepetition(secret);
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / text.length);
  return bits;
}

function withoutRepetition(text: string): string {
  const period = (text + text).indexOf(text, 1);
  return text.slice(0, period);
}
