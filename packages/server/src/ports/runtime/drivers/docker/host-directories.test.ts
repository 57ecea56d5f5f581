import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { HostDirectory } from "../../host-directories.ts";
import { createHostDirectories, type HostDirectoriesOptions } from "./host-directories.ts";

/** Below it `root`, which sessions may work in, and what is beside it. */
async function openPlace(options: Partial<HostDirectoriesOptions> = {}) {
  const place = await mkdtemp(join(tmpdir(), "ccd-host-"));
  onTestFinished(() => rm(place, { recursive: true }));
  const at = (path: string) => `${place}/${path}`; // as it is written
  await mkdir(at("root/project"), { recursive: true });
  await mkdir(at("rooted/project"), { recursive: true });
  await writeFile(at("root/file"), "");
  const directories = createHostDirectories({ roots: [at("root")], hidden: [], engineIsHere: true, ...options });
  return { at, directories };
}

const NOT_ALLOWED = { code: "WORKSPACE_NOT_ALLOWED" };
const NOT_FOUND = { code: "WORKSPACE_NOT_FOUND" };
const CHANGED = { code: "WORKSPACE_CHANGED" };

async function mountedAs(path: string) {
  const { dev, ino } = await stat(path, { bigint: true });
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "latin1")).trim();
  return { device: String(dev), inode: String(ino), bootId };
}

describe("a directory of the host that a session is to work in", () => {
  it("is a root or below one, and is known by its real path and its owner", async () => {
    const { at, directories } = await openPlace();
    const { uid, gid } = await stat(at("root/project"));
    expect(await directories.find(at("root"))).toEqual({ path: at("root"), uid, gid });
    await symlink(at("root/project"), at("link-to-project"));
    for (const path of ["root/project", "root/../root//project/", "link-to-project", "root/./project/."])
      expect(await directories.find(at(path))).toEqual({ path: at("root/project"), uid, gid });
  });

  it("is below the real directory of a root that is a link", async () => {
    const { at } = await openPlace();
    await symlink(at("root"), at("named"));
    const { find } = createHostDirectories({ roots: [at("named")], hidden: [], engineIsHere: true });
    expect(await find(at("named/project"))).toMatchObject({ path: at("root/project") });
    expect(await find(at("root/project"))).toMatchObject({ path: at("root/project") });
  });

  it("is not what is only beside a root, or above it, whatever leads there", async () => {
    const { at, directories } = await openPlace();
    await symlink(at("rooted"), at("root/out"));
    await symlink("/", at("root/all"));
    for (const path of ["rooted", "rooted/project", "", "root/..", "root/out", "root/out/project", "root/all/etc"])
      await expect(directories.find(at(path)), path).rejects.toMatchObject(NOT_ALLOWED);
  });

  it("is nowhere without a root", async () => {
    const { at, directories } = await openPlace({ roots: [] });
    await expect(directories.find(at("root"))).rejects.toMatchObject(NOT_ALLOWED);
    await expect(directories.find("/")).rejects.toMatchObject(NOT_ALLOWED);
  });

  it("is also what was allowed since, from then on and until it is taken back", async () => {
    const { at } = await openPlace();
    const allowedFile = at("allowed.json");
    const { find } = createHostDirectories({ roots: [at("root")], allowedFile, hidden: [], engineIsHere: true });
    await expect(find(at("rooted/project"))).rejects.toMatchObject(NOT_ALLOWED);
    await writeFile(allowedFile, JSON.stringify([at("rooted")]));
    expect(await find(at("rooted/project"))).toMatchObject({ path: at("rooted/project") });
    expect(await find(at("root/project"))).toMatchObject({ path: at("root/project") });
    await expect(find(at(""))).rejects.toMatchObject(NOT_ALLOWED);
    await rm(allowedFile);
    await expect(find(at("rooted/project"))).rejects.toMatchObject(NOT_ALLOWED);
  });

  it("is not what the place of something allowed leads to by a link that was put there", async () => {
    const { at } = await openPlace();
    await writeFile(at("allowed.json"), JSON.stringify([at("root/project")]));
    const { find } = createHostDirectories({
      roots: [],
      allowedFile: at("allowed.json"),
      hidden: [],
      engineIsHere: true,
    });
    await rename(at("root/project"), at("root/away"));
    await symlink(at("rooted"), at("root/project"));
    await expect(find(at("root/project"))).rejects.toMatchObject(NOT_ALLOWED);
    await expect(find(at("rooted/project"))).rejects.toMatchObject(NOT_ALLOWED);
  });

  it.each(["{", "[1]", '["relative"]'])("is none but a root while the file of the others holds %j", async (text) => {
    const { at } = await openPlace();
    await writeFile(at("allowed.json"), text);
    const { find } = createHostDirectories({
      roots: [at("root")],
      allowedFile: at("allowed.json"),
      hidden: [],
      engineIsHere: true,
    });
    expect(await find(at("root/project"))).toBeDefined();
    await expect(find(at("rooted"))).rejects.toThrow(`${at("allowed.json")} cannot be read`);
  });

  it("must be there and be a directory, which is told of what is below a root only", async () => {
    const { at, directories } = await openPlace();
    for (const path of ["root/nothing", "root/nothing/at/all", "root/file", "root/file/below", "root/nothing/../x"])
      await expect(directories.find(at(path)), path).rejects.toMatchObject(NOT_FOUND);
    await symlink(at("rooted"), at("root/out"));
    await symlink(at("rooted/nothing"), at("root/nowhere"));
    await symlink(at("root/loop"), at("root/loop"));
    const outside = [
      "rooted/nothing",
      "rooted/project",
      "root/out/nothing",
      "root/nowhere",
      "root/nowhere/x",
      "root/loop",
    ];
    const answers = await Promise.all(
      outside.map((path) =>
        directories.find(at(path)).catch((error: Error) => error.message.replace(at(path), "PATH")),
      ),
    );
    expect(new Set(answers)).toEqual(
      new Set(["No session may work in PATH. It is not below a directory that sessions may work in."]),
    );
  });

  it("is not to tell by a way around what there is outside", async () => {
    const { at, directories } = await openPlace();
    for (const around of ["rooted/project/../..", "rooted/nothing/../.."])
      expect(await directories.find(at(`${around}/root/project`))).toMatchObject({ path: at("root/project") });
  });

  it("neither holds nor is part of what is hidden from sessions", async () => {
    const { at } = await openPlace();
    await mkdir(at("root/project/data/run"), { recursive: true });
    await mkdir(at("root/project/database"));
    const hidden = [at("root/project/data"), at("root/not-there-yet/data")];
    const { find } = createHostDirectories({ roots: [at("root")], hidden, engineIsHere: true });
    for (const path of ["root", "root/project", "root/project/data", "root/project/data/run"])
      await expect(find(at(path)), path).rejects.toMatchObject(NOT_ALLOWED);
    expect(await find(at("root/project/database"))).toBeDefined();
    await mkdir(at("root/not-there-yet"));
    await expect(find(at("root/not-there-yet"))).rejects.toMatchObject(NOT_ALLOWED);
  });

  it("is none where the engine is of another machine", async () => {
    const { at, directories } = await openPlace({ engineIsHere: false });
    await expect(directories.find(at("root"))).rejects.toMatchObject(NOT_ALLOWED);
    await expect(directories.find(at("root"))).rejects.toThrow(/another machine/);
  });
});

describe("a directory that a session works in already", () => {
  async function openProject() {
    const { at, directories } = await openPlace();
    return { at, directories, project: await directories.find(at("root/project")) };
  }
  const swap = async (path: string, target: string) => {
    await rename(path, `${path}-away`);
    await symlink(target, path);
  };

  it("is the one that an instance has mounted, by device and inode", async () => {
    const { at, directories, project } = await openProject();
    const mounted = await mountedAs(at("root/project"));
    await expect(directories.requireMounted(project, mounted)).resolves.toBeUndefined();
    const others = [await mountedAs(at("rooted")), await mountedAs("/proc"), { ...mounted, device: "1" }, undefined];
    for (const other of others) await expect(directories.requireMounted(project, other)).rejects.toMatchObject(CHANGED);
  });

  it("is none that another kernel tells of, though its numbers are the same", async () => {
    const { at, directories, project } = await openProject();
    const elsewhere = { ...(await mountedAs(at("root/project"))), bootId: "another" };
    await expect(directories.requireMounted(project, elsewhere)).rejects.toMatchObject(NOT_ALLOWED);
  });

  it.each([
    ["is gone", (path: string) => rm(path, { recursive: true })],
    ["has become a file", (path: string) => rm(path, { recursive: true }).then(() => writeFile(path, ""))],
    ["has become a link", (path: string) => swap(path, "/etc")],
    ["has become a link to where it went", (path: string) => swap(path, `${path}-away`)],
    ["is below what has become a link", (path: string) => swap(join(path, ".."), join(path, "../../root-away"))],
  ])("is not taken for itself when it %s", async (_, change) => {
    const { at, directories, project } = await openProject();
    const mounted = await mountedAs(at("root/project"));
    await expect(directories.require(project)).resolves.toBeUndefined();
    await change(at("root/project"));
    await expect(directories.require(project)).rejects.toMatchObject(CHANGED);
    await expect(directories.requireMounted(project, mounted)).rejects.toMatchObject(CHANGED);
  });

  it("is not taken for itself when its owner is another, or its group", async () => {
    const { at, directories, project } = await openProject();
    const mounted = await mountedAs(at("root/project"));
    for (const before of [{ uid: project.uid + 1 }, { gid: project.gid + 1 }]) {
      await expect(directories.require({ ...project, ...before })).rejects.toMatchObject(CHANGED);
      await expect(directories.requireMounted({ ...project, ...before }, mounted)).rejects.toMatchObject(CHANGED);
    }
  });

  it("is not worked in any more when the operator allows it no longer", async () => {
    const { at, project } = await openProject();
    const { require } = createHostDirectories({ roots: [at("rooted")], hidden: [], engineIsHere: true });
    await expect(require(project satisfies HostDirectory)).rejects.toMatchObject(NOT_ALLOWED);
  });
});
