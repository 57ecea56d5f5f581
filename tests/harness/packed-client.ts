/** The client as strangers get it: the tarball, and a project of theirs that has it installed. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "./run-program.ts";

export const CLIENT_FOLDER = join(import.meta.dirname, "../../packages/client");

/** The path of the tarball, below `destination`. */
export const packClient = (destination: string) => pack(CLIENT_FOLDER, destination);

async function pack(folder: string, destination: string): Promise<string> {
  const printed = await runProgram(["pnpm", "pack", "--json", "--pack-destination", destination], { cwd: folder });
  return (JSON.parse(printed) as { filename: string }).filename;
}

export type StrangerProject = AsyncDisposable & { folder: string };

/**
 * An empty project outside this workspace, into which npm has put the client and what its manifest asks for. Nothing
 * comes over the network: zod is packed from where this workspace has it.
 */
export async function openStrangerProject(): Promise<StrangerProject> {
  const folder = await mkdtemp(join(tmpdir(), "ccd-stranger-"));
  const undo = () => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
    const client = await packClient(folder);
    const zod = await pack(dirname(fileURLToPath(import.meta.resolve("zod/package.json"))), folder);
    await runProgram(["npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", client, zod], {
      cwd: folder,
    });
  } catch (error) {
    await undo();
    throw error;
  }
  return { folder, [Symbol.asyncDispose]: undo };
}
