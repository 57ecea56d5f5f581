import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { INTERRUPTED } from "../io.ts";
import { isAlive } from "../server/process-start.ts";
import { editOutside } from "./outside-editor.ts";

/** The folders of texts that are being edited, in a place for temporary files of this test's own. */
async function ownTemporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ccd-editor-"));
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
  return folder;
}

const edit = (editor: string, signal = new AbortController().signal) =>
  editOutside({ text: "a prompt", fileName: "prompt.md", env: { EDITOR: editor }, suspend: (work) => work(), signal });

it("gives what was written, and leaves nothing behind", async () => {
  const folder = await ownTemporary();
  expect(await edit("printf ' more\\n' >>")).toBe("a prompt more");
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  ["that ends when it is told to", "exec sleep 60"],
  ["that does not", "trap '' TERM; while :; do sleep 0.1; done"],
])("ends an editor %s with the signal, and takes the text away", async (_name, waits) => {
  const folder = await ownTemporary();
  const closing = new AbortController();
  const pidFile = `${folder}.pid`;
  onTestFinished(() => rm(pidFile));
  const edited = edit(`f() { echo $$ > ${pidFile}; ${waits}; }; f`, closing.signal);
  const pid = await vi.waitFor(async () => Number((await readFile(pidFile, "utf8")).trim() || Number.NaN));
  expect(await readdir(folder)).toHaveLength(1);
  closing.abort(INTERRUPTED);
  await expect(edited).rejects.toBe(INTERRUPTED);
  expect(isAlive(pid)).toBe(false);
  expect(await readdir(folder)).toEqual([]);
});
