import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { CcError } from "@cc-docker/protocol";
import type Docker from "dockerode";
import { readProgress } from "./engine-progress.ts";

const TELL_EVERY_BYTES = 4_000_000;

export type ImportFolder = {
  docker: Docker;
  folder: string;
  tag: string;
  /** Told now and then how many bytes have gone to the engine. */
  onPacked: (bytes: number) => void;
  signal: AbortSignal;
};

/** The folder becomes the one layer of a new image. `tar` packs it, because it keeps owners, devices and hard links. */
export async function importFolder({ docker, folder, tag, onPacked, signal }: ImportFolder): Promise<void> {
  const argv = ["--create", "--numeric-owner", "--directory", folder, "."];
  const tar = spawn("tar", argv, { signal, stdio: ["ignore", "pipe", "inherit"] });
  const packed = new Promise<number | null>((resolve, reject) => {
    tar.on("error", reject);
    tar.on("close", resolve);
  });
  packed.catch(() => {}); // awaited below; the engine's own refusal may come first
  const [repo, version] = tag.split(":");
  const answer = await docker.importImage(Readable.from(count(tar.stdout, onPacked)), {
    repo,
    tag: version,
    abortSignal: signal,
  });
  await readProgress(Readable.from(answer), () => {});
  if ((await packed) !== 0) throw new CcError("IMAGE_BUILD_FAILED", `Packing ${tag} failed.`);
}

async function* count(chunks: AsyncIterable<Buffer>, tell: (bytes: number) => void): AsyncGenerator<Buffer> {
  let bytes = 0;
  let told = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes - told >= TELL_EVERY_BYTES) tell((told = bytes));
    yield chunk;
  }
}
