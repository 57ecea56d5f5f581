import { CcError } from "@cc-docker/protocol";
import { findProgram } from "../find-program.ts";
import { run } from "../run.ts";

/** Package to the program wanted from it, which another package may have brought. */
export const ENGINE_PACKAGES = { "docker.io": "dockerd" };
/** Builds the base of the session image where none can be pulled. */
export const BASE_PACKAGES = { debootstrap: "debootstrap" };

/** What completes commands: `bash` is everywhere. */
export const SHELL_PACKAGES = { zsh: "zsh", fish: "fish" };

export type EnsurePackages = {
  packages: Readonly<Record<string, string>>;
  onProgress: (line: string) => void;
  signal: AbortSignal;
};

/** Only where it is usual that a command run by root may install: Debian and what derives from it. */
export function canInstall(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && findProgram("apt-get") !== undefined;
}

export async function ensurePackages({ packages, onProgress, signal }: EnsurePackages): Promise<void> {
  const missing = Object.keys(packages).filter((name) => findProgram(packages[name] ?? "") === undefined);
  if (missing.length === 0) return;
  onProgress(`installing ${missing.join(", ")} with apt-get`);
  await apt(["update"], signal);
  await apt(["install", "--yes", ...missing], signal);
}

async function apt(args: readonly string[], signal: AbortSignal): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { exitCode, output } = await run(["apt-get", "--quiet", "--quiet", ...args], { env, signal });
  signal.throwIfAborted();
  if (exitCode === 0) return;
  const lastLines = output.trimEnd().split("\n").slice(-15).join("\n");
  throw new CcError("RUNTIME_UNAVAILABLE", `apt-get ${args.join(" ")} ended with ${exitCode}:\n${lastLines}`);
}
