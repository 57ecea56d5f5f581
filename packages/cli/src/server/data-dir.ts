/** The files by which a gateway lets itself be found on this machine. Its config.ts names them too. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Environment } from "../io.ts";

/**
 * `log`: of a gateway in the background, which has no terminal to write to; LOG_FILE may name another. `allowed`:
 * directories that sessions may work in besides those that the gateway was started with; it looks into it each time.
 */
export type LocalFiles = { dataDir: string; announcement: string; secret: string; log: string; allowed: string };

export function localFiles(env: Environment): LocalFiles {
  const dataDir = resolve((env["DATA_DIR"]?.trim() || "~/.cc-docker").replace(/^~(?=\/|$)/, homedir()));
  return {
    dataDir,
    announcement: join(dataDir, "server.json"),
    secret: join(dataDir, "jwt-secret"),
    log: resolve(env["LOG_FILE"]?.trim() || join(dataDir, "gateway.log")),
    allowed: join(dataDir, "allowed-directories.json"),
  };
}
