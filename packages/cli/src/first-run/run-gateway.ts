/** Runs the gateway's program to the end of a command, and reads what it says line by line. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CcError, isErrorCode } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { findGateway } from "../server/gateway-program.ts";

export type RunGateway = {
  argv: readonly string[];
  env: Environment;
  onLine: (line: string) => void;
  signal: AbortSignal;
};

/** @throws CcError that the gateway ended with; the signal's reason */
export async function runGateway({ argv, env, onLine, signal }: RunGateway): Promise<void> {
  const gateway = spawn(process.execPath, [findGateway(), ...argv], { env, stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => gateway.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  try {
    createInterface({ input: gateway.stdout }).on("line", onLine);
    const complaint = readAll(gateway);
    const [exitCode] = (await once(gateway, "close")) as [number | null];
    signal.throwIfAborted();
    if (exitCode !== 0) throw toError(await complaint, exitCode);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function readAll({ stderr }: ChildProcess): Promise<string> {
  let text = "";
  stderr?.setEncoding("utf8").on("data", (piece: string) => (text = `${text}${piece}`.slice(-10_000)));
  if (stderr) await once(stderr, "close");
  return text;
}

/** "CODE: message", then its hint, which this process has in its own table. */
function toError(said: string, exitCode: number | null): CcError {
  const [, code = "", message = ""] = /^([A-Z_]+): ([^]*?)\n[^\n]*\n?$/.exec(said) ?? [];
  if (isErrorCode(code)) return new CcError(code, message);
  return new CcError("INTERNAL", `The gateway's program ended with ${exitCode}: ${said.trim()}`);
}
