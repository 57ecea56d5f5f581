import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { VERSIONS } from "./versions.ts";

const read = (path: string) => readFileSync(join(import.meta.dirname, "../../../..", path), "utf8");

describe("the versions in the image", () => {
  it("name the Claude Code that the Dockerfile has as its default", () => {
    expect(read("container/session.Dockerfile")).toContain(`ARG CLAUDE_CODE_VERSION=${VERSIONS.claudeCode}\n`);
  });

  it("name the Claude Code that the wrapper's Agent SDK was released with", () => {
    const release = VERSIONS.claudeCode.split(".")[2];
    expect(read("pnpm-workspace.yaml")).toMatch(new RegExp(`claude-agent-sdk": 0\\.\\d+\\.${release}\\n`));
  });

  it("name the Node that the gateway runs on", () => {
    expect(read(".nvmrc").trim()).toBe(VERSIONS.node);
  });
});
