import { findSessionImageTag } from "@cc-docker/server/images";
import type Docker from "dockerode";
import { canInstall } from "../engine/debian-packages.ts";
import { answers } from "../engine/ensure-engine.ts";
import { IMAGE_SOURCE } from "../paths.ts";
import type { Finding } from "./finding.ts";

export async function checkEngine(docker: Docker): Promise<Finding> {
  if (await answers(docker)) {
    const { Version, ApiVersion } = await docker.version();
    return { level: "ok", what: `engine: Docker ${Version}, API ${ApiVersion}` };
  }
  const what = `engine: none answers at ${process.env.DOCKER_HOST ?? "the usual socket"}`;
  if (canInstall() && !process.env.DOCKER_HOST)
    return { level: "warn", what, fix: "nothing to do: ./dev demo, start and test install and start one here" };
  return {
    level: "FAIL",
    what,
    fix: "start Docker Engine, join the group `docker` if it runs, or set DOCKER_HOST to another",
  };
}

export async function checkImage(docker: Docker): Promise<Finding> {
  const tag = await findSessionImageTag(IMAGE_SOURCE).catch(() => undefined);
  const fix = "./dev image (start, demo and test also build it)";
  if (tag === undefined) return { level: "warn", what: "image: the wrapper is not built yet", fix };
  const image = await docker
    .getImage(tag)
    .inspect()
    .catch(() => undefined);
  if (image !== undefined) return { level: "ok", what: `image: ${tag}, ${Math.round(image.Size / 1e6)} MB` };
  const others = await docker.listImages({ filters: { label: ["cc-docker.image=session"] } });
  return { level: "warn", what: `image: ${others.length > 0 ? "stale" : "missing"} (${tag})`, fix };
}
