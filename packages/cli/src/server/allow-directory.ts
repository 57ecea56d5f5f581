/** What sessions may work in besides what the gateway was started with: it reads the list at each look, without a restart. */
import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { CcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { localFiles } from "./data-dir.ts";
import { makeDirectory } from "./make-directory.ts";

/**
 * Adds a directory, by its real path, to what sessions of this machine's gateway may work in: at once, and from each
 * later start on. Once is enough.
 * @throws CcError CONFIG_INVALID when the list cannot be read or written
 */
export async function allowDirectory(env: Environment, path: string): Promise<void> {
  const { dataDir, allowed } = localFiles(env);
  try {
    const known = await readList(allowed);
    if (known.includes(path)) return;
    makeDirectory(dataDir);
    const draft = `${allowed}.${randomBytes(8).toString("hex")}`;
    await writeFile(draft, `${JSON.stringify([...known, path], undefined, 2)}\n`, { mode: 0o600 });
    await rename(draft, allowed); // whoever looks meanwhile sees all of it
  } catch (cause) {
    const message = `${path} was not allowed: ${allowed}, a JSON list of directories: ${(cause as Error).message}.`;
    throw new CcError("CONFIG_INVALID", message, { cause });
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
