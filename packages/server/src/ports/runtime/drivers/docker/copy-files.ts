/** Copies one session's volumes into another's, by a container that lives as long as that takes. */
import { setTimeout as sleep } from "node:timers/promises";
import { CcError } from "@cc-docker/protocol";
import type Docker from "dockerode";
import { failpoint } from "../../../../lib/failpoint.ts";
import { type CopySpec, FILE_PARTS, type FilePart } from "../../runtime.ts";
import { LABELS, volumeNames } from "./container-template.ts";
import { copyError } from "./copy-error.ts";
import { copyContainerName, copyTemplate } from "./copy-template.ts";
import { type CopyWatch, watchCopy } from "./copy-watch.ts";
import { statusOf, translateEngineError, translateLostEngine } from "./engine-errors.ts";
import { readLogTail } from "./log-tail.ts";

/** An engine needs some ten milliseconds to let go of what it is told to remove. */
const BUSY_RETRY_MS = 50;

/** An engine may have to wait for its disk. */
const CREATE_TIMEOUT_MS = 120_000;

export function createFilesCopier(docker: Docker, installId: string) {
  async function copy(spec: CopySpec, signal: AbortSignal, onRead: () => void): Promise<boolean> {
    const places = await findPlaces(spec);
    try {
      await clear(spec.to, signal);
      if (places.length > 0) await run(await start(spec, places, signal), spec, { signal, onRead });
      return places.length === spec.parts.length;
    } catch (error) {
      await removeHelper(spec.to)
        .then(() => removeVolumes(spec.to))
        .catch(() => undefined); // the copy's own error says more, and the next try begins with this
      signal.throwIfAborted();
      throw translateCopyError(error, spec);
    }
  }

  async function findPlaces({ from, parts }: CopySpec): Promise<FilePart[]> {
    const names = volumeNames(from);
    const found = await Promise.all(parts.map((part) => hasVolume(names[part])));
    return parts.filter((_, index) => found[index]);
  }

  async function hasVolume(name: string): Promise<boolean> {
    return unlessMissing(docker.getVolume(name).inspect());
  }

  /** What an earlier try has left is never added to. */
  async function clear(sessionId: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      try {
        await removeHelper(sessionId);
        return await removeVolumes(sessionId);
      } catch (error) {
        if (statusOf(error) !== 409) throw error; // in use, or on its way out already
      }
      await sleep(BUSY_RETRY_MS, undefined, { signal });
    }
  }

  async function start(spec: CopySpec, places: readonly FilePart[], signal: AbortSignal): Promise<Docker.Container> {
    const labels = { [LABELS.install]: installId, [LABELS.session]: spec.to };
    const names = volumeNames(spec.to);
    for (const place of places) await docker.createVolume({ Name: names[place], Labels: labels });
    const template = copyTemplate(spec, { installId, places });
    const abortSignal = AbortSignal.timeout(CREATE_TIMEOUT_MS); // not the caller's: a call that is cut off may still make it
    const { id } = await docker.createContainer({ ...template, abortSignal });
    failpoint("fork.helper-made");
    signal.throwIfAborted();
    const container = docker.getContainer(id);
    await container.start();
    failpoint("fork.helper-started");
    return container;
  }

  async function run(container: Docker.Container, { from, to }: CopySpec, watch: CopyWatch): Promise<void> {
    const exitCode = await watchCopy(container, watch);
    if (exitCode !== 0) {
      const said = await readLogTail(container).catch(() => "");
      throw copyError({ from, exitCode, said });
    }
    await removeHelper(to);
  }

  async function removeHelper(sessionId: string): Promise<void> {
    await unlessMissing(docker.getContainer(copyContainerName(sessionId)).remove({ force: true, v: false }));
  }

  async function removeVolumes(sessionId: string): Promise<void> {
    const names = volumeNames(sessionId);
    for (const part of FILE_PARTS) await unlessMissing(docker.getVolume(names[part]).remove({ force: true }));
  }

  return { copy };
}

/** @returns false when there was no such thing */
async function unlessMissing(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

function translateCopyError(error: unknown, { from, image }: CopySpec): unknown {
  const known = translateEngineError(error, image);
  if (!(known instanceof CcError) || known.code !== "INSTANCE_START_FAILED") return translateLostEngine(known);
  return new CcError("FORK_COPY_FAILED", `The files of session ${from} could not be copied: ${known.message}`, {
    cause: error,
  });
}
