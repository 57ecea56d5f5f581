import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { listRepoFiles, REPO_ROOT, readRepoFile } from "./repo-files.ts";

const LOCKFILE = "pnpm-lock.yaml";
const texts = listRepoFiles()
  .map((path) => ({ path, text: readRepoFile(path) }))
  .filter(({ text }) => !text.includes("\0"));
const ours = texts.filter(({ path }) => path !== LOCKFILE);

/** `path:line: what was found` for each match. */
function findAll(pattern: RegExp, files = ours): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const found = pattern.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${index + 1}: ${found}`];
    }),
  );
}

describe("the files of the repository", () => {
  it("name no directory of somebody's machine", () => {
    const checkout = new RegExp(`${REPO_ROOT.replaceAll(/[^\w/-]/g, "\\$&")}(?![\\w-])`);
    // A checkout at the root of a container (`/app`) is a word of its own, not a giveaway.
    const isTelling = REPO_ROOT.split("/").length > 2;
    expect([...findAll(/(?<![\w.~$}-])\/(work|Users)\//), ...(isTelling ? findAll(checkout) : [])]).toEqual([]);
  });

  it("point at nothing beside the repository", () => {
    expect(findAll(/\.\.\/shared\b/)).toEqual([]);
  });

  it("name no host that packages are fetched from", () => {
    expect(findAll(/\bregistry\.[\w-]+\.[a-z]{2,}|\btarball: *["']?https?:/, texts)).toEqual([]);
  });

  // sherif compares versions that are written out; this keeps them from being written out.
  it("name each library's version once, in the catalog", () => {
    const manifests = ours.filter(({ path }) => basename(path) === "package.json");
    const loose = manifests.flatMap(({ path, text }) => {
      const { dependencies, devDependencies } = JSON.parse(text) as Record<string, Record<string, string>>;
      const wanted = Object.entries({ ...dependencies, ...devDependencies });
      return wanted
        .filter(([, version]) => !/^(catalog:|workspace:)/.test(version))
        .map(([name]) => `${path}: ${name}`);
    });
    expect(loose).toEqual([]);
  });

  it("cite no issue numbers", () => {
    expect(findAll(/\bissues? #?\d+\b|(?<![^\s(])#\d+\b/i)).toEqual([]);
  });

  it("skip tests only where a conformance suite asks for a capability", () => {
    const tests = ours.filter(({ path }) => /[.]test[.]ts$/.test(basename(path)));
    expect(findAll(/\b(it|test|describe)[.](skipIf|runIf)\b/, tests)).toEqual([]);
  });

  // A run of core is repeated by its seed only when nothing in it has a time or a chance of its own.
  it("leave time, timers and new ids to what core is given", () => {
    const core = ours.filter(
      ({ path }) => path.startsWith("packages/server/src/core/") && !/[.](test|test-helper)[.]ts$/.test(path),
    );
    const own =
      /\b(set(Timeout|Interval|Immediate)|performance[.]|Date[.]now|new Date\(\)|AbortSignal[.]timeout|node:timers|node:crypto|randomUUID|Math[.]random)/;
    expect(core).not.toEqual([]);
    expect(findAll(own, core)).toEqual([]);
  });
});
