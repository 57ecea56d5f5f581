/** JSON that others have written: it may be anything, or none. */

/** The `Content-Type` of ours, as Fastify words it. */
export const JSON_TYPE = "application/json; charset=utf-8";

/** The value; `undefined` for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same where it is an object, else an empty one: what is read from it is then absent. */
export function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
