import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { countOomKills } from "./oom-kills.ts";

async function fileWith(content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cc-docker-oom-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "counts"), content);
  return join(directory, "counts");
}

it("counts what the kernel has killed, in either version of control groups", async () => {
  const two = await fileWith("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n");
  const one = await fileWith("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
  expect(countOomKills([two, "/nonexistent"])).toBe(2);
  expect(countOomKills(["/nonexistent", one])).toBe(1);
});

it("counts none where the kernel does not tell", async () => {
  expect(countOomKills(["/nonexistent", await fileWith("oom_kill_disable 0\nunder_oom 0\n")])).toBe(0);
});
