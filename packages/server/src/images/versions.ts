/**
 * What a session image is made of, exactly. `claudeCode` is the default of the build argument in `session.Dockerfile`
 * and `node` that of `.nvmrc`; a test holds them together. The wrapper's Agent SDK carries the same release number.
 */
export const VERSIONS = { claudeCode: "2.1.329", node: "24.21.0", npm: "11.21.2", debian: "bookworm" } as const;

/** The public base, of which `local-base.ts` builds an equivalent where it cannot be pulled. */
export const PUBLIC_BASE = "node:24-bookworm-slim";
