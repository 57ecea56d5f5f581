/** What a data directory holds beside the database: who this install is, its secret, where it listens. */
import { randomBytes } from "node:crypto";
import { chmod, link, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { CcError } from "@cc-docker/protocol";
import { dataPaths, type Secret, type SettingInUse, secret } from "./config.ts";
import { failpoint } from "./lib/failpoint.ts";
import { makeDirectory } from "./lib/make-directory.ts";
import { ownProcessStart } from "./lib/process-start.ts";

const DRAFT_BYTES = 8;
const DRAFT = /\.[0-9a-f]{16}$/;

export type Install = { id: string; jwtSecret: Secret };

/** Reads the install's id and secret; the first start makes them. @throws CcError STORE_UNAVAILABLE */
export async function openInstall(dataDir: string, givenSecret: Secret | undefined): Promise<Install> {
  const paths = dataPaths(dataDir);
  try {
    makeDirectory(dataDir);
    await chmod(dataDir, 0o700);
    const id = await readOrMake(paths.install, () => randomBytes(8).toString("hex"));
    const jwtSecret =
      givenSecret ?? secret(await readOrMake(paths.jwtSecret, () => randomBytes(32).toString("base64url")));
    return { id, jwtSecret };
  } catch (error) {
    throw new CcError(
      "STORE_UNAVAILABLE",
      `The data directory ${dataDir} cannot be used: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** The file's content. It appears whole or not at all, made by whoever comes first; an empty one was never finished. */
async function readOrMake(path: string, make: () => string): Promise<string> {
  const found = await readIfThere(path);
  if (found) return found;
  if (found === "") await rm(path);
  const draft = `${path}.${randomBytes(DRAFT_BYTES).toString("hex")}`;
  await writeFile(draft, make(), { mode: 0o600 });
  failpoint("start.install-drafted");
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST" && error.code !== "ENOENT") throw error; // somebody else was first
  });
  await rm(draft, { force: true });
  return (await readFile(path, "utf8")).trim();
}

/** Removes the drafts that starts have left which died before they were done. Only for who holds the lock. */
export async function removeDrafts(dataDir: string): Promise<void> {
  const { install, jwtSecret } = dataPaths(dataDir);
  const isDraft = (name: string) =>
    [install, jwtSecret].some((path) => DRAFT.test(name) && name.startsWith(`${basename(path)}.`));
  for (const name of await readdir(dataDir)) if (isDraft(name)) await rm(join(dataDir, name), { force: true });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What a person of this machine may know of the server: where it listens, and with which settings. */
export type Announcement = { url: string; settings: Record<string, SettingInUse> };

/**
 * Lets clients on this machine find the server, and tell its process from a later one of the same number; the returned
 * function takes it back.
 */
export async function announceServer(dataDir: string, announcement: Announcement): Promise<() => Promise<void>> {
  const { server } = dataPaths(dataDir);
  const draft = `${server}.draft`;
  await writeFile(draft, JSON.stringify({ ...announcement, pid: process.pid, started: ownProcessStart() }), {
    mode: 0o600,
  });
  await rename(draft, server); // whoever looks meanwhile sees all of it or nothing
  return () => rm(server, { force: true });
}
