/** A gateway in the background: it outlives who starts it, writes its log into DATA_DIR, and is found as any other. */
import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { CcError, isCcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { openLog, readStartFailure } from "./background-log.ts";
import { localFiles } from "./data-dir.ts";
import { findGateway, gatewaySettings } from "./gateway-program.ts";
import { findLocalGateway, type LocalGateway } from "./local-gateway.ts";
import { isRunning } from "./process-start.ts";

const START_MS = 30_000;
/** Longer than the gateway gives itself. */
const STOP_MS = 15_000;
const LOOK_EVERY_MS = 50;
/** For a look whether it is a gateway at all. */
const ANSWER_MS = 5000;

/**
 * Resolves when it can be found, and so serves.
 * @throws CcError DATA_DIR_IN_USE when one runs already; CONFIG_INVALID where its data or its log cannot be; what it has
 * said when it does not come up, SERVER_UNREACHABLE with the end of its log where it has said nothing; the signal's reason
 */
export async function startInBackground(env: Environment, signal: AbortSignal): Promise<LocalGateway> {
  await refuseSecond(env);
  const files = localFiles(env);
  const { dataDir, log } = files;
  await using output = await openLog(files);
  const gateway = spawn(process.execPath, [findGateway()], {
    env: { LOG_LEVEL: "WARNING", ...gatewaySettings(env), DATA_DIR: dataDir, LOG_FILE: log },
    cwd: "/",
    detached: true,
    stdio: ["ignore", output.fd, output.fd], // of what is no line of the log, as a crash
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
  await refuseSecond(env); // somebody else's was faster
  throw await readStartFailure(log);
}

/**
 * Ends the gateway of this machine as Ctrl-C does; its sessions go on in their containers.
 * @throws CcError SERVER_UNREACHABLE when none runs or it does not answer; SERVER_NOT_STOPPED when it does not end, or may not be told to; the signal's reason
 */
export async function stopInBackground(env: Environment, signal: AbortSignal): Promise<LocalGateway> {
  const found = await findLocalGateway(env);
  await requireGateway(found, signal);
  tellToEnd(found);
  const deadline = Date.now() + STOP_MS;
  while (Date.now() < deadline) {
    const now = await findIfAny(env);
    if (now?.pid !== found.pid && !(await isRunning(found))) return found;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
  const message = `The gateway, process ${found.pid}, has not ended within ${STOP_MS / 1000} s.`;
  throw new CcError("SERVER_NOT_STOPPED", message);
}

/** @throws CcError DATA_DIR_IN_USE when a gateway of this data directory runs */
export async function refuseSecond(env: Environment): Promise<void> {
  const running = await findIfAny(env);
  if (!running) return;
  throw new CcError("DATA_DIR_IN_USE", `A gateway runs already: ${running.url}, process ${running.pid}.`);
}

function tellToEnd({ pid }: LocalGateway): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") return; // it has ended meanwhile
    const why = code === "EPERM" ? "it belongs to another user" : message;
    throw new CcError("SERVER_NOT_STOPPED", `The gateway, process ${pid}, cannot be told to end: ${why}.`);
  }
}

/** Where processes cannot be told apart by their start, that of its number may be anything after a crash. */
async function requireGateway({ url, pid }: LocalGateway, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(ANSWER_MS);
  const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.any([signal, limit]) }).catch(() => undefined);
  signal.throwIfAborted();
  if (answer?.ok) return;
  if (limit.aborted) throw standsStill(url, pid);
  const message = `Nothing answers at ${url}: process ${pid} may be another program by now, and was not ended.`;
  throw new CcError("SERVER_NOT_STOPPED", message);
}

function standsStill(url: string, pid: number): CcError {
  const message = `The gateway at ${url}, process ${pid}, does not answer within ${ANSWER_MS / 1000} s, and was not ended: look at its log, and whether the process stands still. \`kill -KILL ${pid}\` ends it in any case; its sessions go on.`;
  return new CcError("SERVER_UNREACHABLE", message);
}

async function findIfAny(env: Environment): Promise<LocalGateway | undefined> {
  return findLocalGateway(env).catch((error: unknown) => {
    if (isCcError(error, "SERVER_UNREACHABLE")) return undefined;
    throw error;
  });
}
