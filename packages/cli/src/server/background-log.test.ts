import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLog, readStartFailure } from "./background-log.ts";
import { localFiles } from "./data-dir.ts";

const FAILURE = "PORT_IN_USE: Port 8000 is taken.\nStop the program that listens there, or choose another PORT.\n";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ccd-log-"));
});
afterAll(() => rm(directory, { recursive: true }));

it.each<[string, string, object]>([
  [
    "its own words, when they are the last",
    `an older line\nCONFIG_INVALID: before\nx\n${FAILURE}`,
    { code: "PORT_IN_USE", message: "The gateway did not start. Port 8000 is taken." },
  ],
  [
    "the end of the log, when it has crashed later",
    `${FAILURE}    at file:1:2\n`,
    { code: "SERVER_UNREACHABLE", message: expect.stringMatching(/gateway\.log ends:\n[^]*at file:1:2$/) },
  ],
  ["the end of the log, when that is empty", "", { code: "SERVER_UNREACHABLE" }],
])("tells why a gateway did not start by %s", async (_name, text, failure) => {
  const log = join(directory, "gateway.log");
  await writeFile(log, text);
  expect(await readStartFailure(log)).toMatchObject(failure);
});

it.each([
  ["data directory", { DATA_DIR: "/dev/null" }, "DATA_DIR=/dev/null cannot be used"],
  ["log", { LOG_FILE: "/nonexistent/log" }, "The log /nonexistent/log cannot be written"],
])("refuses a %s that cannot be", async (_name, env, said) => {
  await expect(openLog(localFiles({ DATA_DIR: directory, ...env }))).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining(said),
  });
});
