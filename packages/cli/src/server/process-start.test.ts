import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { isRunning, processStart } from "./process-start.ts";

const { pid } = process;

it("knows a process by its start from another of its number, where the kernel tells", async () => {
  const started = await processStart(pid);
  const isTold = started !== undefined;
  expect(isTold).toBe(process.platform === "linux");
  expect(await isRunning({ pid, started: started ?? "" })).toBe(true);
  expect(await isRunning({ pid, started: `${started}1` })).toBe(!isTold); // began later
  expect(await isRunning({ pid, started: `x${started}` })).toBe(!isTold); // of another start of the machine
});

it("goes by the number alone where the process could not tell its start", async () => {
  expect(await isRunning({ pid })).toBe(true);
});

it("knows that one has ended", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  expect(await isRunning({ pid: child.pid ?? 0 })).toBe(false);
});
