/** What sessions may work in besides what the gateway was started with: it reads the list at each look, without a restart. */
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { localFiles } from "./data-dir.ts";
import { makeDirectory } from "./make-directory.ts";

/** Whoever else changes the list has done so long before. */
const TURN_MS = 5000;
const LOOK_EVERY_MS = 20;

/**
 * Adds a directory, by its real path, to what sessions of this machine's gateway may work in: at once, and from each
 * later start on. Once is enough.
 * @throws CcError CONFIG_INVALID when the list cannot be read or written
 */
export async function allowDirectory(env: Environment, path: string): Promise<void> {
  const { dataDir, allowed } = localFiles(env);
  try {
    makeDirectory(dataDir);
    await add(path, allowed);
  } catch (cause) {
    const message = `${path} was not allowed: ${allowed}, a JSON list of directories: ${(cause as Error).message}.`;
    throw new CcError("CONFIG_INVALID", message, { cause });
  }
}

/** The draft is there for one at a time, who reads what those before have written; whoever looks sees all of a list. */
async function add(path: string, file: string): Promise<void> {
  const draft = `${file}.new`;
  await using output = await takeTurn(draft);
  try {
    const known = await readList(file);
    const list = known.includes(path) ? known : [...known, path];
    await output.writeFile(`${JSON.stringify(list, undefined, 2)}\n`);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function takeTurn(draft: string): Promise<FileHandle> {
  const lateAt = performance.now() + TURN_MS;
  for (;;) {
    try {
      return await open(draft, "wx", 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (performance.now() > lateAt) throw new Error(`${draft} is left of a change that was cut off: remove it`);
    }
    await delay(LOOK_EVERY_MS);
  }
}

async function readList(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "[]";
    throw error;
  });
  const list: unknown = JSON.parse(text);
  if (Array.isArray(list) && list.every((one) => typeof one === "string")) return list;
  throw new TypeError("it holds something else");
}
