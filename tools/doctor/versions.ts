import { VERSIONS } from "@cc-docker/server/images";
import { run } from "../run.ts";
import type { Finding } from "./finding.ts";

/** `./dev` brings Node and pnpm itself, so these lines say which ones, not whether. */
export async function checkVersions(): Promise<Finding[]> {
  const pnpm = await run(["pnpm", "--version"]);
  return [
    { level: "ok", what: `node: ${process.versions.node}` },
    pnpm.exitCode === 0
      ? { level: "ok", what: `pnpm: ${pnpm.output.trim()}` }
      : {
          level: "FAIL",
          what: "pnpm: cannot be started",
          fix: "run it as ./dev doctor; delete .toolchain if that does not help",
        },
    { level: "ok", what: `claude code: ${VERSIONS.claudeCode} in the image` },
  ];
}
