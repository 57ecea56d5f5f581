import { ensureSessionImage } from "@cc-docker/server/images";
import type Docker from "dockerode";
import { BASE_PACKAGES, canInstall, ensurePackages } from "./engine/debian-packages.ts";
import { IMAGE_SOURCE } from "./paths.ts";

export type EnsureImage = { docker: Docker; onProgress: (line: string) => void; signal: AbortSignal };

/** The session image of this checkout, built if need be; installs what building its base takes where it may. */
export async function ensureImage({ docker, onProgress, signal }: EnsureImage): Promise<string> {
  const prepareMachine = async () => {
    if (canInstall()) await ensurePackages({ packages: BASE_PACKAGES, onProgress, signal });
  };
  return ensureSessionImage({ docker, ...IMAGE_SOURCE, onProgress, prepareMachine, signal });
}
