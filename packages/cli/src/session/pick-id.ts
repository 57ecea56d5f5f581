/** Things may be named by the beginning of their id. Pure. */
import { CcError, type ErrorCode } from "@cc-docker/protocol";

const SHORTEST = 4;
const MOST_NAMED = 5;

export type Kind = { noun: string; notFound: ErrorCode };

/** Whether the text is an id, and not only the beginning of one. */
export function isWholeId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Whether the text can be meant as an id or the beginning of one. */
export function looksLikeId(text: string): boolean {
  return text.length >= SHORTEST && /^[0-9a-f-]{1,36}$/i.test(text);
}

/** @throws CcError of `kind.notFound`; REQUEST_INVALID when the name is too short or fits several */
export function pickId<Id extends string>(known: readonly Id[], name: string, { noun, notFound }: Kind): Id {
  if (name.length < SHORTEST)
    throw new CcError("REQUEST_INVALID", `"${name}" is too short for a ${noun}: give ${SHORTEST} characters or more.`);
  const fitting = known.filter((id) => id.startsWith(name.toLowerCase()));
  const [first, second] = fitting;
  if (first === undefined) throw new CcError(notFound, `No ${noun} of yours begins with "${name}".`);
  if (second === undefined) return first;
  const some = fitting.slice(0, MOST_NAMED).join(", ");
  throw new CcError("REQUEST_INVALID", `"${name}" fits ${fitting.length} ${noun}s: ${some}.`);
}
