/** The session image with the stand-in agent in the place of Claude Code; all else is as it is shipped. */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";

export type StandInImage = AsyncDisposable & { tag: string };

const AGENT = "stand-in-agent.ts";
const DOCKERFILE = [
  `COPY ${AGENT} /opt/bench/`,
  `RUN printf '#!/bin/sh\\nexec node /opt/bench/${AGENT}\\n' > /usr/local/bin/claude && chmod 755 /usr/local/bin/claude`,
];

export async function buildStandInImage(docker: Docker, image: string): Promise<StandInImage> {
  const context = await mkdtemp(join(tmpdir(), "cc-docker-bench-"));
  const tag = `cc-docker-bench/stand-in:${process.pid}`;
  try {
    await copyFile(join(import.meta.dirname, AGENT), join(context, AGENT));
    await writeFile(join(context, "Dockerfile"), [`FROM ${image}`, ...DOCKERFILE, ""].join("\n"));
    const progress = await docker.buildImage({ context, src: [AGENT, "Dockerfile"] }, { t: tag, rm: true });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(progress, (error, steps) => {
        const failed = error ?? findError(steps as { error?: string }[]);
        if (failed) reject(failed);
        else resolve();
      });
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return { tag, [Symbol.asyncDispose]: async () => void (await docker.getImage(tag).remove({ force: true })) };
}

/** A failed build is a step of its own, not a failed request. */
function findError(steps: readonly { error?: string }[]): Error | undefined {
  const failed = steps.find(({ error }) => error !== undefined);
  return failed && new Error(failed.error);
}
