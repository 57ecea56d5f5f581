/** A text in a person's own editor: in a file of a folder nobody else reads, which is gone afterwards. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";

const FALLBACK = "vi";

export type OutsideEdit = {
  text: string;
  /** Its ending tells the editor what it is. */
  fileName: string;
  env: Environment;
  /** Gives the terminal away while `work` runs. */
  suspend: (work: () => Promise<void>) => Promise<void>;
};

/**
 * @returns the text as it was left, without the newline at its end; `undefined` when it was left as it was
 * @throws CcError REQUEST_INVALID when the editor cannot be started or fails
 */
export async function editOutside({ text, fileName, env, suspend }: OutsideEdit): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "ccd-"));
  const file = join(folder, fileName);
  try {
    await writeFile(file, text, { mode: 0o600 });
    await suspend(() => runEditor(env["VISUAL"]?.trim() || env["EDITOR"]?.trim() || FALLBACK, file));
    const left = (await readFile(file, "utf8")).replace(/\n$/, "");
    return left === text ? undefined : left;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `editor` is a command line, as `code --wait` is. */
async function runEditor(editor: string, file: string): Promise<void> {
  const child = spawn("sh", ["-c", `${editor} "$1"`, "sh", file], { stdio: "inherit" });
  const [exitCode] = (await once(child, "exit")) as [number | null];
  if (exitCode !== 0)
    throw new CcError("REQUEST_INVALID", `The editor \`${editor}\` ended with ${exitCode ?? "a signal"}: set $VISUAL.`);
}
