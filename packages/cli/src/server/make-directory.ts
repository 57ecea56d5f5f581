import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory, with those above it, for nobody but this user; one that is there stays as it is. Node's own
 * `recursive` goes round for ever where a file system takes none, as below /proc.
 * @throws the system's error
 */
export function makeDirectory(path: string): void {
  if (isDirectory(path)) return;
  if (!isDirectory(dirname(path)) && dirname(path) !== path) makeDirectory(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isDirectory(path)) throw error; // else somebody else was faster
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
