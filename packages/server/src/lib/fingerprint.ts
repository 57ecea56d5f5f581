import { createHash } from "node:crypto";

/** Tells whether two JSON values are equal, whatever the order of their fields; `undefined` ones do not count. */
export function fingerprint(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value, inOrder)).digest("base64url");
}

/** Of the text's UTF-8, in hexadecimal digits. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
