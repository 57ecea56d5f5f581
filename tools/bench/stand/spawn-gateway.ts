/** The gateway as its users run it: a process of its own, from the bundle. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { GATEWAY, ROOT } from "../../paths.ts";

export type GatewayProcess = AsyncDisposable & {
  pid: number;
  /** Resolves with the gateway's URL when its log says that it listens. */
  listening: Promise<string>;
  /** Resolves when the process has ended, however it came to that, with the last line of its log. */
  ended: Promise<string>;
  /** As `kill -9`. */
  kill: () => void;
};

const STOP_MS = 10_000;

/** `onLine` gets each line of its log. */
export function spawnGateway(settings: Record<string, string>, onLine?: (line: string) => void): GatewayProcess {
  const child = spawn(process.execPath, [GATEWAY], {
    env: gatewayEnvironment(settings),
    stdio: ["ignore", "ignore", "pipe"],
    detached: true, // a terminal's Ctrl-C must reach the bench alone: it still needs the gateway to tidy up
  });
  const lastResort = () => void child.kill("SIGKILL");
  process.once("exit", lastResort);
  const exited = once(child, "exit");
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  listening.catch(() => undefined);
  let lastLine = "";
  createInterface(child.stderr).on("line", (line) => {
    lastLine = line;
    onLine?.(line);
    const url = findUrl(line);
    if (url) resolve(url);
  });
  void exited.then(() => reject(new Error(`the gateway ended; the last it said: ${lastLine}`)), reject);

  async function stop(): Promise<void> {
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.kill("SIGTERM");
    await exited;
    clearTimeout(timer);
  }

  const ended = exited.then(() => {
    process.off("exit", lastResort);
    return lastLine;
  });
  ended.catch(() => undefined); // it could not be started, which `listening` reports
  const kill = () => void child.kill("SIGKILL");
  return { pid: child.pid ?? 0, listening, ended, kill, [Symbol.asyncDispose]: stop };
}

/** Nothing of the caller's settings: only what finds the engine and what `./dev` sets for speed. */
function gatewayEnvironment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, HOME, DOCKER_HOST, NODE_COMPILE_CACHE = `${ROOT}/.toolchain/compile-cache` } = process.env;
  return { PATH, HOME, DOCKER_HOST, NODE_COMPILE_CACHE, HOST: "127.0.0.1", ...settings };
}

function findUrl(line: string): string | undefined {
  if (!line.includes('"listening"')) return undefined;
  return (JSON.parse(line) as { extra: { url?: string } }).extra.url;
}
