/** What agents and other programs write is unknown: every step into it may lead nowhere. */

export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);
}

/** Empty when it is no text. */
export function textAt(value: unknown, ...path: string[]): string {
  const text = at(value, ...path);
  return typeof text === "string" ? text : "";
}

/** A list is none. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
