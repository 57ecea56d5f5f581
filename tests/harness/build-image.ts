/** Session images that are wrong in one way: the real one with a few lines on top. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { engine, SESSION_IMAGE } from "./engine.ts";

export type TestImage = AsyncDisposable & { tag: string };
export type ImageChange = {
  /** Lines after `FROM`. */
  dockerfile: string;
  /** Content by path, for COPY; all are executable. */
  files?: Record<string, string>;
};

export async function buildImage({ dockerfile, files = {} }: ImageChange): Promise<TestImage> {
  const context = await mkdtemp(join(tmpdir(), "ccd-image-"));
  const tag = `cc-docker-test/${randomBytes(6).toString("hex")}:1`;
  try {
    const all = { ...files, Dockerfile: `FROM ${SESSION_IMAGE}\n${dockerfile}\n` };
    for (const [path, content] of Object.entries(all)) await writeInto(join(context, path), content);
    const progress = await engine.buildImage({ context, src: Object.keys(all) }, { t: tag, rm: true, forcerm: true });
    await new Promise((resolve, reject) => {
      engine.modem.followProgress(progress, (error, steps) => finish(error ?? findError(steps), resolve, reject));
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return { tag, [Symbol.asyncDispose]: () => removeImage(tag) };
}

async function writeInto(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode: 0o755 });
}

async function removeImage(tag: string): Promise<void> {
  await engine.getImage(tag).remove({ force: true });
}

/** A failed build is a step of its own, not a failed request. */
function findError(steps: unknown): Error | undefined {
  const failed = (steps as { error?: string }[]).find(({ error }) => error !== undefined);
  return failed && new Error(failed.error);
}

function finish(error: Error | undefined, resolve: (value: void) => void, reject: (error: Error) => void): void {
  if (error) reject(error);
  else resolve();
}
