/** The client as strangers get it. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "./run-program.ts";

const CLIENT_FOLDER = join(import.meta.dirname, "../../packages/client");

/** The path of the tarball, below `destination`. */
export async function packClient(destination: string): Promise<string> {
  await runProgram(["pnpm", "pack", "--pack-destination", destination], { cwd: CLIENT_FOLDER });
  const [name] = (await readdir(destination)).filter((file) => file.startsWith("cc-docker-client-"));
  if (!name) throw new Error(`there is no tarball of the client in ${destination}`);
  return join(destination, name);
}
