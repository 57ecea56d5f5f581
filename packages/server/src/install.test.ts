import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { dataPaths, secret } from "./config.ts";
import { announceServer, openInstall, removeDrafts } from "./install.ts";

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cc-docker-install-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, "data");
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("an install", () => {
  it("makes its id and secret at the first start and finds them at every other", async () => {
    const directory = await makeDirectory();
    const first = await openInstall(directory, undefined);
    const again = await openInstall(directory, undefined);
    expect([again.id, again.jwtSecret.reveal()]).toEqual([first.id, first.jwtSecret.reveal()]);
    expect(first.jwtSecret.reveal().length).toBeGreaterThanOrEqual(32);
    expect((await openInstall(await makeDirectory(), undefined)).id).not.toBe(first.id);
  });

  it("makes one secret when several starts meet", async () => {
    const directory = await makeDirectory();
    const starts = await Promise.all(Array.from({ length: 20 }, () => openInstall(directory, undefined)));
    const secrets = new Set(starts.map(({ jwtSecret }) => jwtSecret.reveal()));
    expect([...secrets]).toEqual([expect.stringMatching(/^.{32,}$/)]);
    expect((await readdir(directory)).toSorted()).toEqual(["install-id", "jwt-secret"]);
  });

  it("uses a secret it is given, and writes none down", async () => {
    const directory = await makeDirectory();
    const { jwtSecret } = await openInstall(directory, secret("given"));
    expect(jwtSecret.reveal()).toBe("given");
    await expect(readFile(dataPaths(directory).jwtSecret)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("makes a new secret in place of one that was never written out", async () => {
    const directory = await makeDirectory();
    await openInstall(directory, undefined);
    await writeFile(dataPaths(directory).jwtSecret, "");
    expect((await openInstall(directory, undefined)).jwtSecret.reveal().length).toBeGreaterThanOrEqual(32);
  });

  it("removes the drafts that starts have left which died, and nothing else", async () => {
    const directory = await makeDirectory();
    await openInstall(directory, undefined);
    for (const name of [
      "install-id.0123456789abcdef",
      "jwt-secret.0123456789abcdef",
      "install-id.mine",
      "a.0123456789abcdef",
    ])
      await writeFile(join(directory, name), "draft");
    await removeDrafts(directory);
    const kept = ["a.0123456789abcdef", "install-id", "install-id.mine", "jwt-secret"];
    expect((await readdir(directory)).toSorted()).toEqual(kept);
  });

  it("keeps other users of the machine out, also of a directory that was open", async () => {
    const directory = await makeDirectory();
    await openInstall(directory, undefined);
    await chmod(directory, 0o755);
    await openInstall(directory, undefined);
    expect([await modeOf(directory), await modeOf(dataPaths(directory).jwtSecret)]).toEqual(["700", "600"]);
  });

  it("is unavailable where no directory can be", async () => {
    const directory = await makeDirectory();
    await writeFile(directory, "a file");
    await expect(openInstall(directory, undefined)).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining(directory),
    });
  });

  it("says where it listens until it takes it back", async () => {
    const directory = await makeDirectory();
    await openInstall(directory, undefined);
    const takeBack = await announceServer(directory, { url: "http://127.0.0.1:1", settings: {} });
    const { server } = dataPaths(directory);
    expect(JSON.parse(await readFile(server, "utf8"))).toMatchObject({ url: "http://127.0.0.1:1" });
    expect(await modeOf(server)).toBe("600");
    await takeBack();
    await takeBack();
    await expect(stat(server)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
