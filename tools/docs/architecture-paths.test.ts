import { describe, expect, it } from "vitest";
import { isRealPath, mentionedPaths } from "./mentioned-paths.ts";
import { listRepoFiles, readRepoFile } from "./repo-files.ts";

const files = listRepoFiles();
const guides = ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"].filter((guide) => files.includes(guide));

describe("the guides", () => {
  it("include ARCHITECTURE.md", () => {
    expect(guides).toContain("ARCHITECTURE.md");
  });

  it.each(guides)("name only paths that exist: %s", (guide) => {
    const paths = mentionedPaths(readRepoFile(guide));
    expect(paths.filter((path) => !isRealPath(path, files))).toEqual([]);
  });
});

describe("a path in a guide", () => {
  it("is a code span that looks like one, or the target of a relative link", () => {
    const markdown = [
      "`packages/server/src/config.ts` `core/turns/` `config.ts` `./dev check` [deploy](docs/deploy.md#one-node)",
      "`npm run x` `@cc-docker/client` `application/json` `/health` `core/<noun>/` `packages/*/src` `~/.cc-docker/x.json`",
      "[site](https://example.com) [above](#top)",
      "```sh",
      "cat `nowhere/at-all.ts`",
      "```",
    ].join("\n");
    expect(mentionedPaths(markdown)).toEqual([
      "packages/server/src/config.ts",
      "core/turns/",
      "config.ts",
      "dev",
      "docs/deploy.md",
    ]);
  });

  it("is real when it is a file, a folder or the end of one", () => {
    const repoFiles = ["packages/server/src/core/turns/turns.ts", "dev"];
    for (const path of ["dev", "turns.ts", "core/turns/", "core/turns/turns.ts", "packages/server"]) {
      expect(isRealPath(path, repoFiles), path).toBe(true);
    }
    for (const path of ["rns.ts", "core/turns.ts", "dev/", "packages/serve", "core/turns/turns.ts/"]) {
      expect(isRealPath(path, repoFiles), path).toBe(false);
    }
  });
});
