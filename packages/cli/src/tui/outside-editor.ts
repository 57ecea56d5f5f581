/** A text in a person's own editor: in a file of a folder nobody else reads, which is gone afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
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
  /** The editor is ended when it is aborted. */
  signal: AbortSignal;
};

/** An editor that was told to end may save what it holds. */
const END_MS = 1000;

/**
 * @returns the text as it was left, without the newline at its end; `undefined` when it was left as it was
 * @throws CcError REQUEST_INVALID when the editor cannot be started or fails; the signal's reason
 */
export async function editOutside({ text, fileName, env, suspend, signal }: OutsideEdit): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "ccd-"));
  const file = join(folder, fileName);
  try {
    await writeFile(file, text, { mode: 0o600 });
    await suspend(() => runEditor(env["VISUAL"]?.trim() || env["EDITOR"]?.trim() || FALLBACK, file, signal));
    signal.throwIfAborted();
    const left = (await readFile(file, "utf8")).replace(/\n$/, "");
    return left === text ? undefined : left;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `editor` is a command line, as `code --wait` is. Most shells become what they run last, so that a signal reaches it. */
async function runEditor(editor: string, file: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const child = spawn("sh", ["-c", `${editor} "$1"`, "sh", file], { stdio: "inherit" });
  const onAbort = () => void endChild(child);
  signal.addEventListener("abort", onAbort);
  const [exitCode] = (await once(child, "exit")) as [number | null];
  signal.removeEventListener("abort", onAbort);
  signal.throwIfAborted();
  if (exitCode !== 0)
    throw new CcError("REQUEST_INVALID", `The editor \`${editor}\` ended with ${exitCode ?? "a signal"}: set $VISUAL.`);
}

async function endChild(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await once(child, "exit", { signal: AbortSignal.timeout(END_MS) }).catch(() => child.kill("SIGKILL"));
}
