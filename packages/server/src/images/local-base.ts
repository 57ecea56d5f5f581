/**
 * The base for machines without a registry: Debian by `debootstrap`, Node, npm and Claude Code from npm, imported as
 * one layer. It comes from the mirrors and registries this machine is set up with, and keeps no trace of them.
 */
import { access, mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { CcError } from "@cc-docker/protocol";
import type Docker from "dockerode";
import { installDebian } from "./debian-root.ts";
import { watchFolder } from "./folder-size.ts";
import type { StageReport } from "./image-progress.ts";
import { importFolder } from "./import-folder.ts";
import { installNode } from "./node-root.ts";
import { runCommand } from "./run-command.ts";

export type BaseRecipe = { tag: string; packages: readonly string[]; installer: string };

export type BuildLocalBase = {
  docker: Docker;
  recipe: BaseRecipe;
  report: StageReport;
  signal: AbortSignal;
};

/** Measured: the folder with what is removed from it again, what goes to the engine, and which part of the time is which. */
const FOLDER_BYTES = 910e6;
const PACKED_BYTES = 745e6;
const FILL_PART = 0.7;

/** Not the temp directory, which is often mounted `nodev`: debootstrap makes device nodes. */
const WORK_PARENT = "/var/tmp";

export async function buildLocalBase({ docker, recipe, report, signal }: BuildLocalBase): Promise<void> {
  await requireDebootstrap();
  const work = await mkdtemp(join(WORK_PARENT, "cc-docker-base-"));
  try {
    const folder = await fillFolder({ work, recipe, report, signal });
    const onPacked = (done: number) => report(`importing ${recipe.tag}`, afterFill(done), { done, of: PACKED_BYTES });
    await importFolder({ docker, folder, tag: recipe.tag, onPacked, signal });
  } finally {
    // One file system only: should a mount of debootstrap's have survived, its contents are the machine's.
    await runCommand(["rm", "--recursive", "--force", "--one-file-system", work], new AbortController().signal);
  }
}

/** Debian waits for the disk while npm waits for the network, so both go at once, into folders of their own. */
async function fillFolder(fill: Omit<BuildLocalBase, "docker"> & { work: string }): Promise<string> {
  const { work, recipe, report } = fill;
  const [debian, node] = [join(work, "debian"), join(work, "node")];
  await Promise.all([mkdir(debian, { mode: 0o755 }), mkdir(node, { mode: 0o755 })]);
  using _watched = watchFolder(work, (done) =>
    report("installing Debian with debootstrap, Node and Claude Code with npm", fillPart(done), { done }),
  );
  const failed = new AbortController();
  const signal = AbortSignal.any([fill.signal, failed.signal]);
  const endOther = (error: unknown) => failed.abort(error);
  await Promise.all([
    installDebian({ root: debian, packages: recipe.packages, signal }).catch(endOther),
    installNode({ root: node, installer: recipe.installer, signal }).catch(endOther),
  ]);
  signal.throwIfAborted();
  await runCommand(["cp", "--archive", "--link", `${node}/.`, debian], signal);
  return debian;
}

function fillPart(bytes: number): number {
  return FILL_PART * Math.min(1, bytes / FOLDER_BYTES);
}

function afterFill(bytes: number): number {
  return FILL_PART + (1 - FILL_PART) * Math.min(1, bytes / PACKED_BYTES);
}

async function requireDebootstrap(): Promise<void> {
  const isInstalled = await access("/usr/sbin/debootstrap").then(
    () => true,
    () => false,
  );
  if (isInstalled && process.getuid?.() === 0) return;
  const reason = isInstalled
    ? "it needs root"
    : "debootstrap is not installed (on Debian: apt-get install debootstrap)";
  throw new CcError(
    "IMAGE_BUILD_FAILED",
    `The base image can neither be pulled nor built here: ${reason}. Give the engine access to a registry, or run \`./dev image\` as root on Debian.`,
  );
}
