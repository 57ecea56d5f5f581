import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");

/** What the session image is built from. */
export const IMAGE_SOURCE = {
  contextDir: join(ROOT, "container"),
  wrapperBundle: join(ROOT, "packages/wrapper/dist/wrapper.mjs"),
};

/** The gateway as one file, which starts several times faster than its sources. */
export const GATEWAY = join(ROOT, "packages/server/dist/gateway.mjs");
