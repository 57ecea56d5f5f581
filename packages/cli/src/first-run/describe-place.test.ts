import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describePlace } from "./describe-place.ts";

let home: string;
beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "ccd-place-")));
  await mkdir(join(home, "project"));
  await mkdir(join(home, ".cc-docker/run"), { recursive: true });
  await symlink(home, join(home, "project/up"));
});
afterAll(() => rm(home, { recursive: true }));

it.each(["", "project/up"])("says that no agent can work in what holds the data directory: HOME/%s", async (place) => {
  const said = (await describePlace(join(home, place), join(home, ".cc-docker"))).join("\n");
  expect(said).toContain(
    `cannot work in ${home} itself: it holds what the gateway keeps from them, ${home}/.cc-docker`,
  );
  expect(said).toContain("`cd PROJECT`");
});

it("says so of a data directory that is not made yet", async () => {
  expect(await describePlace(home, join(home, "project/up/not/yet"))).toHaveLength(2);
});

it.each([".cc-docker", ".cc-docker/run"])(
  "says that no agent can work in the data directory: HOME/%s",
  async (place) => {
    const said = (await describePlace(join(home, place), join(home, ".cc-docker"))).join("\n");
    expect(said).toContain(`it belongs to what the gateway keeps from them, ${home}/.cc-docker`);
  },
);

it.each(["project", ".cc-docker-old"])("has nothing against HOME/%s", async (place) => {
  await mkdir(join(home, place), { recursive: true });
  expect(await describePlace(join(home, place), join(home, ".cc-docker"))).toEqual([]);
});
