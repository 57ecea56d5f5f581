/** Directories that this machine's user has allowed to sessions while the gateway runs, with `ccd serve --allow`. */
import { readFile } from "node:fs/promises";
import { z } from "zod";

const AllowedDirectories = z.array(z.string().startsWith("/"));

/**
 * Real paths, as they were when they were allowed, and never to be resolved anew: what has become a link since then
 * leads nowhere that somebody has allowed.
 * @throws Error when the file is there and cannot be read
 */
export async function readAllowedDirectories(file: string): Promise<string[]> {
  try {
    return AllowedDirectories.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
