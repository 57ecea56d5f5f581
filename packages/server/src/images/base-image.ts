import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { digestInputs } from "./digest.ts";
import { hasImage } from "./engine-images.ts";
import { readProgress } from "./engine-progress.ts";
import type { Progress } from "./image-progress.ts";
import { type BaseRecipe, buildLocalBase } from "./local-base.ts";
import { PUBLIC_BASE, VERSIONS } from "./versions.ts";

/** A registry that has said nothing for this long is taken for absent. A slow download that goes on is not cut. */
const PULL_SILENCE_MS = 20_000;

/** Shares of the time that is left: of the pull where the rest is built on it, of a base that is built here. */
const PULL_SHARE = 0.4;
const LOCAL_BASE_SHARE = 0.95;

/** Raise it when `local-base.ts` begins to build something else from the same inputs. */
const RECIPE_EDITION = "1";

export type EnsureBaseImage = {
  docker: Docker;
  contextDir: string;
  progress: Progress;
  prepareMachine: () => Promise<void>;
  signal: AbortSignal;
};

/** `isComplete`: the base has everything of the session image already, so the build on top needs no network. */
export type BaseImage = { name: string; isComplete: boolean };

/** The local base if it was ever needed here, else the public one, pulled if need be, else the local one, built now. */
export async function ensureBaseImage(options: EnsureBaseImage): Promise<BaseImage> {
  const { docker, contextDir, progress, prepareMachine, signal } = options;
  const recipe = await loadBaseRecipe(contextDir);
  const local = { name: recipe.tag, isComplete: true };
  const published = { name: PUBLIC_BASE, isComplete: false };
  if (await hasImage(docker, recipe.tag)) return local;
  if (await hasImage(docker, PUBLIC_BASE)) return published;
  const refusal = await pullBase({ docker, progress, signal });
  if (refusal === undefined) return published;
  const report = progress.beginStage(LOCAL_BASE_SHARE);
  report(`${PUBLIC_BASE} cannot be pulled (${refusal}); building an equal base from Debian and npm packages`, 0);
  await prepareMachine();
  await buildLocalBase({ docker, recipe, report, signal });
  return local;
}

export async function loadBaseRecipe(contextDir: string): Promise<BaseRecipe> {
  const installer = join(contextDir, "install-claude-code.sh");
  const packages = (await readFile(join(contextDir, "packages.txt"), "utf8")).split("\n").filter((name) => name !== "");
  const inputs = {
    ...VERSIONS,
    packages: packages.join(),
    installer: await readFile(installer),
    edition: RECIPE_EDITION,
  };
  return { tag: `cc-docker/base:${digestInputs(inputs)}`, packages, installer };
}

/** Returns why it could not be pulled; `undefined` when it is there. Only the caller's own abort throws. */
async function pullBase({
  docker,
  progress,
  signal,
}: Pick<EnsureBaseImage, "docker" | "progress" | "signal">): Promise<string | undefined> {
  const silence = new AbortController();
  const timer = setTimeout(
    () => silence.abort(new Error(`no answer within ${PULL_SILENCE_MS / 1000} s`)),
    PULL_SILENCE_MS,
  );
  const step = `pulling ${PUBLIC_BASE}`;
  const report = progress.beginStage(PULL_SHARE);
  report(step, 0);
  try {
    const answer = await docker.pull(PUBLIC_BASE, { abortSignal: AbortSignal.any([signal, silence.signal]) });
    await readProgress(Readable.from(answer), (said) => {
      timer.refresh();
      if (said.kind === "pulled") report(step, said.bytes.done / said.bytes.of, said.bytes);
    });
    report(step, 1);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return silence.signal.aborted ? String(silence.signal.reason.message) : reasonOf(error);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
