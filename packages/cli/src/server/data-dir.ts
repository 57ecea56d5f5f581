/** The files by which a gateway lets itself be found on this machine. Its config.ts names them too. */
import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../io.ts";

export function localFiles(env: Environment): { announcement: string; secret: string } {
  const dataDir = (env["DATA_DIR"]?.trim() || "~/.cc-docker").replace(/^~(?=\/|$)/, homedir());
  return { announcement: join(dataDir, "server.json"), secret: join(dataDir, "jwt-secret") };
}
