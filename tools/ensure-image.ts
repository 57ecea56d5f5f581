import { ensureSessionImage } from "@cc-docker/server/images";
import type Docker from "dockerode";
import { BASE_PACKAGES, canInstall, ensurePackages } from "./engine/debian-packages.ts";
import { IMAGE_SOURCE } from "./paths.ts";

/** `onProgress` gets a line for each step. */
export type EnsureImage = { docker: Docker; onProgress: (line: string) => void; signal: AbortSignal };

/** The session image of this checkout, built if need be; installs what building its base takes where it may. */
export async function ensureImage({ docker, onProgress, signal }: EnsureImage): Promise<string> {
  const prepareMachine = async () => {
    if (canInstall()) await ensurePackages({ packages: BASE_PACKAGES, onProgress, signal });
  };
  let last = "";
  const tellStep = ({ step }: { step: string }) => {
    if (step !== last) onProgress(step);
    last = step;
  };
  return ensureSessionImage({ docker, ...IMAGE_SOURCE, onProgress: tellStep, prepareMachine, signal });
}
