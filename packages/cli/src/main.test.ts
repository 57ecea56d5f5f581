import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "ccd-main-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MAIN = join(import.meta.dirname, "main.ts");

/** `ccd` as a shell starts it. @param script where `"$@"` is ccd */
function inShell(script: string, env: Record<string, string> = {}) {
  const all = { PATH: process.env["PATH"] ?? "", DATA_DIR: folder, GONE: join(folder, "gone"), ...env };
  const options = { env: all, encoding: "utf8", cwd: folder } as const;
  return spawnSync("sh", ["-c", script, "sh", process.execPath, MAIN], options);
}

describe("a current directory that was removed", () => {
  const inGone = (words: string) => inShell(`mkdir "$GONE" && cd "$GONE" && rmdir "$GONE" && "$@" ${words}`);

  it("keeps nothing from working that is not about it", () => {
    expect(inGone("--version")).toMatchObject({ status: 0, stderr: "" });
    expect(inGone("ls").stderr).toMatch(/^SERVER_UNREACHABLE: /);
  });

  it("is told in a line by what is about it", () => {
    const { status, stderr } = inGone("serve");
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^REQUEST_INVALID: The current directory was removed: `cd` to one that is there\.\n[^\n]+\n$/,
    );
    expect(JSON.parse(inGone("serve --allow --json").stderr)).toMatchObject({ error: { code: "REQUEST_INVALID" } });
  });
});

describe("an output on a full disk", () => {
  it("is told in a line, with the exit code of its error", () => {
    const { status, stderr } = inShell('"$@" --version > /dev/full');
    expect(status).toBe(5);
    expect(stderr).toMatch(/^OUTPUT_FAILED: [^\n]+ the disk of the output is full\.\n[^\n]+\n$/);
  });

  it("is told as JSON where that was asked for", () => {
    const { status, stderr } = inShell('"$@" completion bash --json > /dev/full');
    expect(status).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "OUTPUT_FAILED" } });
  });

  it("ends in silence where nobody can be told", () => {
    expect(inShell('"$@" --version > /dev/full 2>&1').status).toBe(5);
  });
});

it("shows no stack of what nobody expected, unless it is asked for", () => {
  const env = {
    NODE_OPTIONS: `--import "data:text/javascript,setTimeout(() => { throw new Error('a defect') }, 100)"`,
  };
  const script = 'sleep 5 | "$@" run -'; // waits for its prompt
  expect(inShell(script, env)).toMatchObject({
    status: 1,
    stderr: "INTERNAL: ccd failed: a defect\nThis is a defect of ccd; CC_DOCKER_DEBUG=1 shows where.\n",
  });
  expect(inShell(script, { ...env, CC_DOCKER_DEBUG: "1" }).stderr).toContain("    at ");
}, 30_000);
