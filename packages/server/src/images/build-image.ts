import { Readable } from "node:stream";
import type Docker from "dockerode";
import { packTar } from "modern-tar";
import { type EngineProgress, readProgress } from "./engine-progress.ts";
import type { StageReport } from "./image-progress.ts";

export type BuildImage = {
  docker: Docker;
  /** The build context: name to content. */
  files: Record<string, string | Uint8Array>;
  dockerfile: string;
  buildArgs: Record<string, string>;
  labels: Record<string, string>;
  network: string;
  tag: string;
  report: StageReport;
  signal: AbortSignal;
};

/** Builds through the engine's classic builder, which every engine has. A failed build leaves no image behind. */
export async function buildImage(build: BuildImage): Promise<void> {
  const made: string[] = [];
  try {
    await runBuild(build, (progress) => {
      if (progress.kind === "image" && !progress.cached) made.push(progress.id);
      if (progress.kind === "step") build.report(progress.text, progress.part);
    });
  } catch (error) {
    await removeLeftovers(build.docker, made);
    throw error;
  }
}

async function runBuild(build: BuildImage, onProgress: (progress: EngineProgress) => void): Promise<void> {
  const answer = await build.docker.buildImage(Readable.from([await packContext(build.files)]), {
    t: build.tag,
    dockerfile: build.dockerfile,
    buildargs: build.buildArgs,
    labels: build.labels,
    networkmode: build.network,
    forcerm: true,
    abortSignal: build.signal,
  });
  await readProgress(Readable.from(answer), onProgress);
}

async function packContext(files: Record<string, string | Uint8Array>): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([name, content]) => {
    const body = Buffer.from(content);
    const mode = /\.(sh|py)$/.test(name) ? 0o755 : 0o644; // the builder takes modes as they are told
    return { header: { name, size: body.length, mode, type: "file" as const }, body };
  });
  return packTar(entries);
}

/** Newest first, because the engine refuses to remove a parent before its child. What is in use stays. */
async function removeLeftovers(docker: Docker, made: readonly string[]): Promise<void> {
  for (const id of made.toReversed())
    await docker
      .getImage(id)
      .remove()
      .catch(() => {});
}
