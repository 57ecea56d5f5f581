import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { armFailpoint, failpoint, failpointMark } from "./failpoint.ts";
import { FAILPOINTS } from "./failpoint-table.ts";

const SOURCES = join(import.meta.dirname, "..");
const NAME = "send.rung";

/** A process that is told to die at `wanted`, passes `send.rung` three times, and would end by itself. */
function passThrice(wanted: string) {
  const script = `
    const { armFailpoint, failpoint } = await import(process.env.FAILPOINT);
    if (process.env.WANTED) armFailpoint(process.env.WANTED);
    process.on("exit", () => console.log("ended"));
    for (const n of [1, 2, 3]) { console.log(n); failpoint("${NAME}"); }
  `;
  const { signal, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    env: { PATH: process.env["PATH"], FAILPOINT: join(import.meta.dirname, "failpoint.ts"), WANTED: wanted },
    encoding: "utf8",
  });
  return { signal, said: stdout.split("\n").filter(Boolean), lastWords: stderr.trim() };
}

describe("a failpoint", () => {
  it("does nothing in a process that was not told of it", () => {
    expect(passThrice("")).toEqual({ signal: null, said: ["1", "2", "3", "ended"], lastWords: "" });
    expect(passThrice("stop.moved")).toMatchObject({ signal: null, said: ["1", "2", "3", "ended"] });
  });

  it("kills the process that was told of it, at once, and says so", () => {
    expect(passThrice(NAME)).toEqual({ signal: "SIGKILL", said: ["1"], lastWords: failpointMark(NAME) });
  });

  it("kills at the pass that was asked for", () => {
    expect(passThrice(`${NAME}:3`)).toMatchObject({ signal: "SIGKILL", said: ["1", "2", "3"] });
  });

  it.each(["", "send", "send.rung:", "send.rung:0", "send.rung:x", "send.rung:1:1", " send.rung", "constructor"])(
    "is refused by a wrong name, and nothing is armed: %j",
    (wanted) => {
      expect(armFailpoint(wanted)).toBe(false);
      failpoint(NAME);
    },
  );
});

describe("the table of failpoints", () => {
  it("has a name for each place in the sources, and each name is at one place", () => {
    const texts = globSync("**/*.ts", { cwd: SOURCES })
      .filter((path) => !path.endsWith(".test.ts"))
      .map((path) => readFileSync(join(SOURCES, path), "utf8"));
    const used = texts.flatMap((text) =>
      [...text.matchAll(/^(?! \*).*\bfailpoint\("([^"]*)"\)/gm)].map(([, name]) => name),
    );
    expect(new Set(used)).toEqual(new Set(Object.keys(FAILPOINTS)));
    expect(used.filter((name, index) => used.indexOf(name) !== index)).toEqual([]);
  });
});
