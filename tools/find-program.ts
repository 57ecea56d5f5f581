import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** System programs are often outside the PATH of a shell that did not log in. */
const ALSO = ["/usr/sbin", "/sbin"];

/** Where a program is, if it is installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...ALSO];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
