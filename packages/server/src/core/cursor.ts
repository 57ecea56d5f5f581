import { CcError } from "@cc-docker/protocol";

/** The place in a list to go on from, as a caller sends it back. @throws CcError REQUEST_INVALID */
export function parseCursor(cursor: string): number {
  const position = Number(cursor);
  if (/^\d+$/.test(cursor) && Number.isSafeInteger(position) && position > 0) return position;
  throw new CcError("REQUEST_INVALID", `"${cursor.slice(0, 40)}" is not a cursor of this list.`);
}
