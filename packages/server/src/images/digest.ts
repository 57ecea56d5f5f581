import { createHash } from "node:crypto";

/** Named inputs to 12 hex digits. Names and lengths are hashed as well, so that bytes cannot move between inputs. */
export function digestInputs(inputs: Readonly<Record<string, string | Uint8Array>>): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(inputs).toSorted()) {
    const content = Buffer.from(inputs[name] ?? "");
    hash.update(`${name.length}:${name}:${content.length}:`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}
