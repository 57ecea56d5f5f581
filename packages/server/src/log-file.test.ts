import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openLogFile } from "./log-file.ts";

async function makePath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cc-docker-log-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, "gateway.log");
}

const read = (path: string) => readFile(path, "utf8");

it("keeps the last lines in two files of bounded size, whole and in order", async () => {
  const path = await makePath();
  const log = openLogFile(path, 100);
  for (let n = 100; n < 200; n += 1) log.write(`line ${n}\n`);
  const text = `${await read(`${path}.1`)}${await read(path)}`;
  for (const one of [path, `${path}.1`]) expect((await stat(one)).size).toBeLessThanOrEqual(100);
  const numbers = text
    .trim()
    .split("\n")
    .map((line) => Number(line.replace("line ", "")));
  expect(numbers).toEqual(Array.from(numbers, (_, index) => 200 - numbers.length + index));
  expect(numbers.length).toBeGreaterThanOrEqual(11);
});

it("goes on in a file there is, and begins one anew that was too long already", async () => {
  const path = await makePath();
  await writeFile(path, "before\n");
  openLogFile(path, 100).write("after\n");
  expect(await read(path)).toBe("before\nafter\n");
  await appendFile(path, "x".repeat(200));
  openLogFile(path, 100).write("again\n");
  expect(await read(path)).toBe("again\n");
  expect((await stat(`${path}.1`)).size).toBe(213);
});

it("stays the file that others write to", async () => {
  const path = await makePath();
  const [log, stderr] = [openLogFile(path, 20), openLogFile(path, 1000)];
  for (const line of ["one\n", "two two two two\n", "three\n"]) log.write(line);
  stderr.write("a crash\n");
  expect(await read(path)).toBe("three\na crash\n");
});

it("is a setting that cannot be, where the file cannot", () => {
  expect(() => openLogFile("/nonexistent/log")).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining("LOG_FILE=/nonexistent/log") }),
  );
});
