/** Ends a switch over a union: a case that was forgotten fails to compile, one that slipped in at run time throws. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
