/** What agents write is unknown: every step into it may lead nowhere. */

export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);
}

export function textAt(value: unknown, ...path: string[]): string {
  const text = at(value, ...path);
  return typeof text === "string" ? text : "";
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
