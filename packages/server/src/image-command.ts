/** `image`: has the session image of this build made where the engine has none, for programs that show how far it is. */
import { join } from "node:path";
import { ensureSessionImage } from "./images/session-image.ts";
import { createEngineClient } from "./ports/runtime/drivers/docker/engine-client.ts";

/** Beside the sources and beside the bundle it is the same. */
const ROOT = join(import.meta.dirname, "../../..");
const SOURCE = {
  contextDir: join(ROOT, "container"),
  wrapperBundle: join(ROOT, "packages/wrapper/dist/wrapper.mjs"),
};

/**
 * Writes lines of JSON: an `ImageProgress` for each thing that is new, at last `{"image": TAG}`.
 * @throws CcError RUNTIME_UNAVAILABLE, IMAGE_BUILD_FAILED; the signal's reason
 */
export async function runImageCommand(
  dockerHost: string | undefined,
  write: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const docker = createEngineClient(dockerHost);
  const onProgress = (progress: object) => write(`${JSON.stringify(progress)}\n`);
  write(`${JSON.stringify({ image: await ensureSessionImage({ docker, ...SOURCE, onProgress, signal }) })}\n`);
}
