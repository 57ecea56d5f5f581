import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";

/** The gateway's program: from the checkout its source, from a build its bundle. @throws CcError CONFIG_INVALID */
export function findGateway(): string {
  const entries = import.meta.filename.endsWith(".ts")
    ? ["server/src/main.ts", "server/dist/gateway.mjs"]
    : ["server/dist/gateway.mjs", "server/src/main.ts"];
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = entries.map((entry) => join(folder, entry)).find((path) => existsSync(path));
    if (found) return found;
  }
  throw new CcError("CONFIG_INVALID", `The gateway's program is not beside this one (${import.meta.dirname}).`);
}

/** What a gateway that is started from here gets: its sessions may work where the person is, unless that is settled. */
export function gatewaySettings(env: Environment): Environment {
  return { ...env, WORKSPACE_HOST_ROOTS: env["WORKSPACE_HOST_ROOTS"] ?? toHostRoot(process.cwd()) };
}

/** A path as WORKSPACE_HOST_ROOTS takes it, where a colon separates two. */
function toHostRoot(path: string): string {
  return path.replaceAll(/[\\:]/g, "\\$&");
}
