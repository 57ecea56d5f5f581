import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CcError } from "@cc-docker/protocol";
import type Docker from "dockerode";
import { ensureBaseImage, loadBaseRecipe } from "./base-image.ts";
import { buildImage } from "./build-image.ts";
import { digestInputs } from "./digest.ts";
import { hasImage, toImageError } from "./engine-images.ts";
import { createProgress, type ImageProgress } from "./image-progress.ts";
import { PUBLIC_BASE, VERSIONS } from "./versions.ts";

export { type ImageProgress, VERSIONS };

const REPOSITORY = "cc-docker/session";
const CONTEXT_FILES = [
  "session.Dockerfile",
  "packages.txt",
  "install-claude-code.sh",
  "drop-capabilities.py",
  "entrypoint.sh",
  "copy-files.sh",
];
const NEVER = new AbortController().signal;

/** `contextDir` is the folder `container/`, `wrapperBundle` the path of the built `wrapper.mjs`. */
export type SessionImageSource = { contextDir: string; wrapperBundle: string };

export type EnsureSessionImage = SessionImageSource & {
  docker: Docker;
  /** Told of each step, and within one as often as there is something new; without it the build is silent. */
  onProgress?: (progress: ImageProgress) => void;
  /** Called before a base has to be built on this machine, to install what that takes. */
  prepareMachine?: () => Promise<void>;
  signal?: AbortSignal;
};

export type SessionImageInputs = Readonly<Record<string, string | Uint8Array>>;

/** Everything the image is made from decides its tag, so an image is stale exactly when its tag is absent. */
export function sessionImageTag(inputs: SessionImageInputs): string {
  return `${REPOSITORY}:${digestInputs(inputs)}`;
}

/** The tag that the sources at hand stand for, whether or not it is built. */
export async function findSessionImageTag(source: SessionImageSource): Promise<string> {
  return sessionImageTag(await loadInputs(source));
}

/** Returns the tag of the image that matches the sources, building it first where the engine has none. */
export async function ensureSessionImage(options: EnsureSessionImage): Promise<string> {
  const { docker, contextDir, onProgress = () => {}, prepareMachine = async () => {}, signal = NEVER } = options;
  const inputs = await loadInputs(options);
  const tag = sessionImageTag(inputs);
  if (await hasImage(docker, tag)) return tag;
  const progress = createProgress(onProgress);
  try {
    const base = await ensureBaseImage({ docker, contextDir, progress, prepareMachine, signal });
    await buildImage({
      docker,
      files: contextFiles(inputs),
      dockerfile: "session.Dockerfile",
      ...buildSettings(base),
      tag,
      report: progress.beginStage(1),
      signal,
    });
    await docker.getImage(tag).tag({ repo: REPOSITORY, tag: "latest" });
    return tag;
  } catch (error) {
    signal.throwIfAborted();
    throw toImageError(error);
  }
}

function buildSettings(base: { name: string; isComplete: boolean }) {
  return {
    buildArgs: { BASE: base.name, CLAUDE_CODE_VERSION: VERSIONS.claudeCode },
    labels: { "cc-docker.image": "session" },
    // A complete base needs no network; without one the build also runs on engines that have no bridge.
    network: base.isComplete ? "none" : "default",
  };
}

async function loadInputs({ contextDir, wrapperBundle }: SessionImageSource): Promise<SessionImageInputs> {
  const contents = await Promise.all(
    CONTEXT_FILES.map(async (name) => [name, await readFile(join(contextDir, name))] as const),
  );
  const recipe = await loadBaseRecipe(contextDir);
  const wrapper = await readWrapper(wrapperBundle);
  return {
    ...Object.fromEntries(contents),
    "wrapper.mjs": wrapper,
    claudeCode: VERSIONS.claudeCode,
    base: PUBLIC_BASE,
    recipe: recipe.tag,
  };
}

async function readWrapper(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new CcError("IMAGE_BUILD_FAILED", `The wrapper's bundle ${path} cannot be read; build the packages first.`, {
      cause,
    });
  });
}

function contextFiles(inputs: SessionImageInputs): Record<string, string | Uint8Array> {
  return Object.fromEntries([...CONTEXT_FILES, "wrapper.mjs"].map((name) => [name, inputs[name] ?? ""]));
}
