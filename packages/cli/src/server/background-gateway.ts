/** A gateway in the background: it outlives who starts it, writes its log into DATA_DIR, and is found as any other. */
import { spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CcError, isCcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { localFiles } from "./data-dir.ts";
import { findGateway, gatewaySettings } from "./gateway-program.ts";
import { findLocalGateway, isAlive, type LocalGateway } from "./local-gateway.ts";

const START_MS = 30_000;
/** Longer than the gateway gives itself. */
const STOP_MS = 15_000;
const LOOK_EVERY_MS = 50;
const LOG_TAIL = 2000;

/**
 * Resolves when it can be found, and so serves.
 * @throws CcError DATA_DIR_IN_USE when one runs already; SERVER_UNREACHABLE with the end of its log when it does not come up; the signal's reason
 */
export async function startInBackground(env: Environment, signal: AbortSignal): Promise<LocalGateway> {
  refuseSecond(await findIfAny(env));
  const { dataDir, log } = localFiles(env);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await using output = await open(log, "a", 0o600);
  const gateway = spawn(process.execPath, [findGateway()], {
    env: { LOG_LEVEL: "WARNING", ...gatewaySettings(env), DATA_DIR: dataDir },
    cwd: "/",
    detached: true,
    stdio: ["ignore", output.fd, output.fd],
  });
  gateway.on("error", () => undefined); // shows as an exit: `pid` stays undefined
  const deadline = Date.now() + START_MS;
  while (
    gateway.exitCode === null &&
    gateway.signalCode === null &&
    gateway.pid !== undefined &&
    Date.now() < deadline
  ) {
    const found = await findIfAny(env);
    if (found?.pid === gateway.pid) {
      gateway.unref();
      return found;
    }
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch((error: unknown) => {
      gateway.kill("SIGTERM");
      throw error;
    });
  }
  gateway.kill("SIGTERM");
  refuseSecond(await findIfAny(env)); // somebody else's was faster
  throw new CcError("SERVER_UNREACHABLE", `The gateway did not start. ${log} ends:\n${await readTail(log)}`);
}

/**
 * Ends the gateway of this machine as Ctrl-C does; its sessions go on in their containers.
 * @throws CcError SERVER_UNREACHABLE when none runs, or it does not end
 */
export async function stopInBackground(env: Environment, signal: AbortSignal): Promise<LocalGateway> {
  const found = await findLocalGateway(env);
  await requireGateway(found, signal);
  process.kill(found.pid, "SIGTERM");
  const deadline = Date.now() + STOP_MS;
  while (Date.now() < deadline) {
    const now = await findIfAny(env);
    if (now?.pid !== found.pid && !isAlive(found.pid)) return found;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
  throw new CcError(
    "SERVER_UNREACHABLE",
    `The gateway, process ${found.pid}, has not ended within ${STOP_MS / 1000} s.`,
  );
}

function refuseSecond(running: LocalGateway | undefined): void {
  if (!running) return;
  throw new CcError("DATA_DIR_IN_USE", `A gateway runs already: ${running.url}, process ${running.pid}.`);
}

/** After a crash the process of that number may be anything. */
async function requireGateway({ url, pid }: LocalGateway, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${url}/health/live`, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (answer?.ok) return;
  const message = `Nothing answers at ${url}: process ${pid} may be another program by now, and was not ended.`;
  throw new CcError("SERVER_UNREACHABLE", message);
}

async function findIfAny(env: Environment): Promise<LocalGateway | undefined> {
  return findLocalGateway(env).catch((error: unknown) => {
    if (isCcError(error, "SERVER_UNREACHABLE")) return undefined;
    throw error;
  });
}

async function readTail(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.slice(-LOG_TAIL).trim();
}
