import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { afterEach, describe, expect, it } from "vitest";
import { ensureSessionImage, findSessionImageTag } from "./session-image.ts";

const CONTAINER = join(import.meta.dirname, "../../../../container");
const docker = new Docker();
const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A copy of `container/` and a wrapper nobody else has, so that the image is this test's own. */
async function makeSource(wrapper: string) {
  const folder = await mkdtemp(join(tmpdir(), "cc-docker-image-test-"));
  undo.push(() => rm(folder, { recursive: true }));
  await cp(CONTAINER, join(folder, "container"), { recursive: true });
  await writeFile(join(folder, "wrapper.mjs"), `${wrapper}\n// ${folder}\n`);
  return { contextDir: join(folder, "container"), wrapperBundle: join(folder, "wrapper.mjs") };
}

async function build(source: Awaited<ReturnType<typeof makeSource>>) {
  const steps: string[] = [];
  const latest = await docker
    .getImage("cc-docker/session:latest")
    .inspect()
    .catch(() => undefined);
  const tag = await ensureSessionImage({ docker, ...source, onProgress: ({ step }) => steps.push(step) });
  undo.push(() => docker.getImage(tag).remove());
  if (latest !== undefined)
    undo.push(() => docker.getImage(latest.Id).tag({ repo: "cc-docker/session", tag: "latest" }));
  return { tag, steps };
}

async function listDangling(): Promise<string[]> {
  const images = await docker.listImages({ filters: { dangling: ["true"] } });
  return images.map(({ Id }) => Id).toSorted();
}

describe("the session image", () => {
  it("is built once and then found, without a step", async () => {
    const source = await makeSource("");
    const first = await build(source);
    expect(first.steps.some((step) => step.startsWith("Step "))).toBe(true);
    const steps: string[] = [];
    expect(await ensureSessionImage({ docker, ...source, onProgress: ({ step }) => steps.push(step) })).toBe(first.tag);
    expect(steps).toEqual([]);
  }, 300_000);

  it("is stale as soon as the wrapper or the entrypoint changes", async () => {
    const source = await makeSource("");
    const tag = await findSessionImageTag(source);
    await writeFile(source.wrapperBundle, "// another wrapper");
    const newWrapper = await findSessionImageTag(source);
    await writeFile(join(source.contextDir, "entrypoint.sh"), "# another entrypoint");
    expect(new Set([tag, newWrapper, await findSessionImageTag(source)]).size).toBe(3);
  });

  it("carries its label, an init as first process and both users", async () => {
    const { tag } = await build(await makeSource(""));
    const { Config } = await docker.getImage(tag).inspect();
    expect(Config.Labels).toMatchObject({ "cc-docker.image": "session" });
    expect(Config.Entrypoint).toEqual(expect.arrayContaining(["/usr/bin/tini", "--", "/opt/cc-docker/entrypoint.sh"]));
  }, 300_000);

  it("that fails to build says why and leaves nothing behind", async () => {
    const dangling = await listDangling();
    const source = await makeSource('console.log("no such luck"); process.exit(7);');
    const failing = ensureSessionImage({ docker, ...source });
    await expect(failing).rejects.toMatchObject({
      code: "IMAGE_BUILD_FAILED",
      message: expect.stringContaining("no such luck"),
    });
    expect(await listDangling()).toEqual(dangling);
    await expect(docker.getImage(await findSessionImageTag(source)).inspect()).rejects.toThrow("no such image");
  }, 300_000);
});
