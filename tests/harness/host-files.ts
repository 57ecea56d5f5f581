/** Directories of this machine for sessions to work in, and what lies beside them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type HostFiles = AsyncDisposable & {
  /** What the operator allows. */
  root: string;
  /** Beside it: nothing that a session may have. It holds `secret`. */
  outside: string;
  env: { WORKSPACE_HOST_ROOTS: string };
  /** A directory below the root, closed to all but its owner. @returns its path */
  make(name: string, owner: { uid: number; gid: number }): Promise<string>;
};

export const SECRET = "nobody in a container reads this";

export async function openHostFiles(): Promise<HostFiles> {
  const place = await mkdtemp(join(tmpdir(), "ccd-files-"));
  const [root, outside] = [join(place, "root"), join(place, "outside")];
  await chmod(place, 0o755);
  for (const path of [root, outside]) await mkdir(path);
  await chmod(outside, 0o777);
  await writeFile(join(outside, "secret"), SECRET);
  return {
    root,
    outside,
    env: { WORKSPACE_HOST_ROOTS: root },
    async make(name, { uid, gid }) {
      const path = join(root, name);
      await mkdir(path, { mode: 0o700 });
      await chown(path, uid, gid);
      return path;
    },
    [Symbol.asyncDispose]: () => rm(place, { recursive: true }),
  };
}

/** Owner and content of a file on this machine. */
export async function readOwned(path: string): Promise<{ uid: number; gid: number; text: string }> {
  const { uid, gid } = await lstat(path);
  return { uid, gid, text: await readFile(path, "utf8") };
}

/** Puts a link to `target` where the directory is, and the directory back. */
export async function replaceByLink(path: string, target: string): Promise<{ putBack(): Promise<void> }> {
  const away = `${path}-away`;
  await rename(path, away);
  await symlink(target, path);
  return {
    async putBack() {
      await rm(path);
      await rename(away, path);
    },
  };
}

const SWAP = `
const { renameSync, symlinkSync } = require("node:fs");
const [path, target] = process.argv.slice(1);
symlinkSync(target, path + "-link");
for (;;) {
  renameSync(path, path + "-away"); renameSync(path + "-link", path);
  renameSync(path, path + "-link"); renameSync(path + "-away", path);
}`;

/** Does that over and over, as fast as a program can, until it is disposed of: the directory is there then. */
export async function swapForEver(path: string, target: string): Promise<AsyncDisposable> {
  const swapper = spawn(process.execPath, ["-e", SWAP, path, target], { stdio: "inherit" });
  const ended = once(swapper, "exit");
  await once(swapper, "spawn");
  return {
    async [Symbol.asyncDispose]() {
      swapper.kill("SIGKILL");
      await ended;
      const isLink = (await lstat(path).catch(() => undefined))?.isSymbolicLink() ?? false;
      if (isLink) await rm(path);
      await rename(`${path}-away`, path).catch(() => undefined); // it is there already
      await rm(`${path}-link`, { force: true });
    },
  };
}
