/** `ccd serve`: the gateway as a child process, for sessions that work in the directory it is started in. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CcError, EXIT_CODES } from "@cc-docker/protocol";
import { defineCommand } from "../../command.ts";
import type { Io } from "../../io.ts";

export const serveCommand = defineCommand({
  name: "serve",
  group: "gateway",
  summary: "start a gateway here",
  details:
    "In the foreground, until Ctrl-C; sessions go on in their containers. Its settings are environment variables, which docs/configuration.md lists; its log is lines of JSON.",
  json: "tell failures as JSON",
  examples: [{ line: "PORT=9000 ccd serve", does: "on another port than 8000" }],
  run: (_input, io) => serve(io),
});

async function serve({ env, signal }: Io): Promise<number> {
  // In a process group of its own: a terminal's Ctrl-C would else reach it twice, and a second signal ends it at once.
  const settings = { ...env, WORKSPACE_HOST_ROOTS: env["WORKSPACE_HOST_ROOTS"] ?? process.cwd() };
  const gateway = spawn(process.execPath, [findGateway()], { stdio: "inherit", env: settings, detached: true });
  const stop = () => gateway.kill("SIGTERM");
  const kill = () => gateway.kill("SIGKILL");
  signal.addEventListener("abort", stop);
  process.on("exit", kill); // a second signal ends this process at once, and the gateway with it
  const [exitCode] = (await once(gateway, "exit")) as [number | null];
  process.off("exit", kill);
  return exitCode ?? EXIT_CODES.bug;
}

/** From the checkout its source, from a build its bundle. */
function findGateway(): string {
  const entries = import.meta.filename.endsWith(".ts")
    ? ["server/src/main.ts", "server/dist/gateway.mjs"]
    : ["server/dist/gateway.mjs", "server/src/main.ts"];
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = entries.map((entry) => join(folder, entry)).find((path) => existsSync(path));
    if (found) return found;
  }
  throw new CcError("CONFIG_INVALID", `The gateway's program is not beside this one (${import.meta.dirname}).`);
}
