/**
 * Directories of this machine for sessions to work in. A path is a name that others may give to something else at any
 * moment, so each look opens what is there, without following a link, and asks the kernel what it has opened.
 */
import { constants, realpathSync } from "node:fs";
import { type FileHandle, lstat, open, readFile, readlink, realpath } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { CcError, type MountedDirectory } from "@cc-docker/protocol";
import type { HostDirectories, HostDirectory } from "../../host-directories.ts";
import { readAllowedDirectories } from "./allowed-directories.ts";
import { WRAPPER_UID } from "./container-template.ts";

export type HostDirectoriesOptions = {
  /** Absolute paths of directories below which sessions may work, and which they may work in. */
  roots: readonly string[];
  /** The file of the directories that were allowed since, in which the same holds; none when absent. */
  allowedFile?: string | undefined;
  /** Absolute paths that no session may see, and nothing below them. */
  hidden: readonly string[];
  /** The engine may be of this machine: what it mounts is told apart by the kernel's numbers. */
  engineIsHere: boolean;
};

type Opened = HostDirectory & Pick<MountedDirectory, "device" | "inode">;

export function createHostDirectories(options: HostDirectoriesOptions): HostDirectories {
  const { roots, allowedFile, hidden, engineIsHere } = options;
  const realRoots = roots.map(realPathOf);
  const realHidden = hidden.map(realPathOf);

  async function find(path: string): Promise<HostDirectory> {
    requireEngine(path);
    const named = resolve(path); // `/a/../b` is not to tell whether there is an /a
    const real = await realpath(named).catch(() => undefined);
    if (real === undefined && (await isAllowedToMiss(named))) throw notFound(path, "There is no directory there.");
    if (real === undefined || !(await isBelowRoot(real))) throw notAllowed(path);
    if (isHidden(real)) throw notAllowed(path, HIDDEN);
    const { device: _, inode: __, ...directory } = await openDirectory(real);
    return requireOwner(directory, path);
  }

  async function require(directory: HostDirectory): Promise<Opened> {
    const { path, uid, gid } = directory;
    requireEngine(path);
    if (!(await isBelowRoot(path)) || isHidden(path)) throw notAllowed(path);
    const opened = await openDirectory(path).catch((error: unknown) => {
      throw changed(path, "It is not there any more.", error);
    });
    if (opened.uid === uid && opened.gid === gid) return opened;
    throw changed(path, `It belonged to ${uid}:${gid} and belongs to ${opened.uid}:${opened.gid} now.`);
  }

  async function requireMounted(directory: HostDirectory, mounted: MountedDirectory | undefined): Promise<void> {
    const opened = await require(directory);
    if (!mounted) throw changed(directory.path, "The container's wrapper is too old to tell what it has mounted.");
    if (mounted.bootId !== (await readBootId())) throw notAllowed(directory.path, ANOTHER_KERNEL);
    if (mounted.device === opened.device && mounted.inode === opened.inode) return;
    throw changed(directory.path, "The container has mounted another: it was replaced while the container started.");
  }

  function requireEngine(path: string): void {
    if (!engineIsHere) throw notAllowed(path, ANOTHER_KERNEL);
  }

  async function isBelowRoot(real: string): Promise<boolean> {
    if (realRoots.some((root) => isWithin(real, root))) return true;
    const allowed = allowedFile === undefined ? [] : await readAllowedDirectories(allowedFile);
    return allowed.some((directory) => isWithin(real, directory));
  }

  function isHidden(real: string): boolean {
    return realHidden.some((secret) => isWithin(secret, real) || isWithin(real, secret));
  }

  /** What leads nowhere may be told of where its last part that is there is no link and is below a root. */
  async function isAllowedToMiss(path: string): Promise<boolean> {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink()) return false;
    if (!found) return path !== dirname(path) && isAllowedToMiss(dirname(path));
    const real = await realpath(path).catch(() => undefined);
    return real !== undefined && (await isBelowRoot(real));
  }

  return { find, require: async (directory) => void (await require(directory)), requireMounted };
}

const HIDDEN = "It holds, or is part of, what the gateway keeps from sessions: its data, or the engine's socket.";
const ANOTHER_KERNEL =
  "The Docker Engine runs on another machine, or in a virtual one: what it would mount cannot be checked.";

/** @throws CcError WORKSPACE_NOT_FOUND when it is none, cannot be read, or a link leads there by now */
async function openDirectory(path: string): Promise<Opened> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: unknown) => {
    throw notFound(path, "It cannot be opened as a directory.", error);
  });
  try {
    return await describe(handle, path);
  } finally {
    await handle.close();
  }
}

/** By what was opened, not by its name: above it a link may have taken the place of a directory meanwhile. */
async function describe(handle: FileHandle, path: string): Promise<Opened> {
  const opened = await readlink(`/proc/self/fd/${handle.fd}`);
  if (opened !== path) throw notFound(path, "It was replaced while it was looked at.");
  const { dev, ino, uid, gid } = await handle.stat({ bigint: true });
  return { path, uid: Number(uid), gid: Number(gid), device: String(dev), inode: String(ino) };
}

function requireOwner(directory: HostDirectory, path: string): HostDirectory {
  if (directory.uid !== WRAPPER_UID) return directory;
  throw notAllowed(path, `It belongs to uid ${WRAPPER_UID}, which is the wrapper's in every container.`);
}

/** By components: /srv/a holds /srv/a/b and not /srv/ab. */
function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : `${directory}${sep}`);
}

/** Of what is not there yet, of what there is above it. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === dirname(path) ? path : join(realPathOf(dirname(path)), path.slice(dirname(path).length));
  }
}

/** The same for every process on one kernel. */
async function readBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "latin1")).trim();
}

function notFound(path: string, why: string, cause?: unknown): CcError {
  return new CcError("WORKSPACE_NOT_FOUND", `${path} is no directory to work in. ${why}`, { cause });
}

function notAllowed(path: string, why = "It is not below a directory that sessions may work in."): CcError {
  return new CcError("WORKSPACE_NOT_ALLOWED", `No session may work in ${path}. ${why}`);
}

function changed(path: string, why: string, cause?: unknown): CcError {
  return new CcError("WORKSPACE_CHANGED", `The directory ${path} is not what it was. ${why}`, { cause });
}
