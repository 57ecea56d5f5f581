import { CcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { formatSeconds } from "../output/amounts.ts";
import { type Progress, progressLine } from "./progress-line.ts";
import { runGateway } from "./run-gateway.ts";
import type { Talk } from "./talk.ts";

/**
 * Has the gateway's program build the session image where the engine has none, and draws how far it is.
 * @returns the image's name
 * @throws CcError that the build ended with; the signal's reason
 */
export async function makeImage(env: Environment, talk: Talk, signal: AbortSignal): Promise<string> {
  const startedAt = performance.now();
  let image: string | undefined;
  let isBuilt = false;

  function draw(progress: Progress): void {
    isBuilt = true;
    talk.draw(`  ${progressLine(progress, performance.now() - startedAt)}`);
  }

  await runGateway({
    argv: ["image"],
    env,
    signal,
    onLine(line) {
      const said = JSON.parse(line) as Progress | { image: string };
      if ("image" in said) image = said.image;
      else draw(said);
    },
  });
  if (image === undefined) throw new CcError("IMAGE_BUILD_FAILED", "The gateway's program has named no image.");
  if (isBuilt) draw({ step: `built in ${formatSeconds(performance.now() - startedAt)}`, done: 1 });
  return image;
}
