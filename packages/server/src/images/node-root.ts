import { chmod, copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";
import { VERSIONS } from "./versions.ts";

const NPM_INSTALL = [
  "npm",
  "install",
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--no-package-lock",
  "--loglevel=error",
];

export type InstallNode = { root: string; installer: string; signal: AbortSignal };

/** Node, npm and Claude Code under `root`, where the public Node image and `session.Dockerfile` put them. */
export async function installNode({ root, installer, signal }: InstallNode): Promise<void> {
  const local = join(root, "usr/local");
  await mkdir(join(local, "bin"), { recursive: true });
  await runCommand([...NPM_INSTALL, "--global", "--prefix", local, `npm@${VERSIONS.npm}`], signal);
  await installNodeBinary({ local, scratch: `${root}.scratch`, signal });
  await runCommand(["sh", installer, VERSIONS.claudeCode, root], signal);
  await chmodFolders([root, join(root, "usr"), local, join(local, "bin")]);
}

async function installNodeBinary({
  local,
  scratch,
  signal,
}: {
  local: string;
  scratch: string;
  signal: AbortSignal;
}): Promise<void> {
  const name = `node-linux-${process.arch}`;
  await runCommand([...NPM_INSTALL, "--prefix", scratch, `${name}@${VERSIONS.node}`], signal);
  await copyFile(join(scratch, "node_modules", name, "bin/node"), join(local, "bin/node"));
  await chmod(join(local, "bin/node"), 0o755);
  await rm(scratch, { recursive: true });
}

/** `mkdir` above ran under this process's umask, which may be a strict one. */
async function chmodFolders(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => chmod(path, 0o755)));
}
