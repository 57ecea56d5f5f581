import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findDebianMirror } from "./debian-mirror.ts";
import { runCommand } from "./run-command.ts";
import { VERSIONS } from "./versions.ts";

/** Debian's own defaults, in place of the mirror of the machine that built the image. */
const SOURCES = `deb http://deb.debian.org/debian ${VERSIONS.debian} main
deb http://deb.debian.org/debian ${VERSIONS.debian}-updates main
deb http://deb.debian.org/debian-security ${VERSIONS.debian}-security main
`;

/** Left out as in Debian's slim images, and what debootstrap copied from this machine or noted about it. */
const EMPTIED = [
  "usr/share/man",
  "usr/share/locale",
  "usr/share/info",
  "usr/share/lintian",
  "var/cache/apt",
  "var/lib/apt/lists",
  "var/log",
  "tmp",
];
const REMOVED = ["etc/resolv.conf", "etc/hostname"];

export type InstallDebian = { root: string; packages: readonly string[]; signal: AbortSignal };

/** A minimal Debian with the packages, in `root`. Needs root: it is installed through chroot. */
export async function installDebian({ root, packages, signal }: InstallDebian): Promise<void> {
  const mirror = await findDebianMirror();
  // In namespaces of its own, so that its mounts and its processes cannot outlive it.
  const isolated = ["unshare", "--mount", "--pid", "--mount-proc", "--kill-child"];
  const target = [VERSIONS.debian, root, ...(mirror === undefined ? [] : [mirror])];
  await runCommand(
    [...isolated, "debootstrap", "--variant=minbase", `--include=${packages.join(",")}`, ...target],
    signal,
  );
  await Promise.all(EMPTIED.map((path) => emptyFolder(join(root, path))));
  await Promise.all([
    ...REMOVED.map((path) => rm(join(root, path), { force: true })),
    keepCopyrights(join(root, "usr/share/doc")),
  ]);
  await writeFile(join(root, "etc/apt/sources.list"), SOURCES);
}

async function emptyFolder(path: string): Promise<void> {
  const names = await readdir(path).catch(() => []);
  await Promise.all(names.map((name) => rm(join(path, name), { recursive: true, force: true })));
}

/** Licences ask for their texts to travel along; the rest of the documentation goes. */
async function keepCopyrights(docs: string): Promise<void> {
  const entries = await readdir(docs, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && entry.name !== "copyright");
  await Promise.all(files.map((file) => rm(join(file.parentPath, file.name), { force: true })));
}
