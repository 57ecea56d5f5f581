import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { createStandStill, type Processes, systemProcesses } from "./stand-still.ts";

const OURS = process.getuid?.() ?? 0;

async function startSleeper(): Promise<ChildProcess> {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  return child;
}

/** The kernel's list, and of all that run as this test's user only the given ones. */
function only(...children: ChildProcess[]): Processes {
  const pids = new Set(children.map(({ pid }) => pid));
  return { ...systemProcesses, listRunning: (uid) => systemProcesses.listRunning(uid).filter((pid) => pids.has(pid)) };
}

const stateOf = ({ pid }: ChildProcess) => /^State:\t(\w)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];

describe("standing still", () => {
  it("holds for every process of the user, until they are to go on", async () => {
    const children = [await startSleeper(), await startSleeper()];
    const stillness = createStandStill(OURS, only(...children));
    expect(stillness.isStopped).toBe(false);
    stillness.stop();
    await expect.poll(() => children.map(stateOf)).toEqual(["T", "T"]);
    expect(stillness.isStopped).toBe(true);
    stillness.goOn();
    await expect.poll(() => children.map(stateOf)).toEqual(["S", "S"]);
    expect(stillness.isStopped).toBe(false);
  });

  it("holds for nobody else's", async () => {
    const child = await startSleeper();
    const stillness = createStandStill(OURS + 1, only(child));
    stillness.stop();
    expect(stillness.isStopped).toBe(false);
  });

  it("leaves a process alone that stood still for reasons of its own, and one that has ended", async () => {
    const [stopped, ended] = [await startSleeper(), await startSleeper()];
    stopped.kill("SIGSTOP");
    await expect.poll(() => stateOf(stopped)).toBe("T");
    const stillness = createStandStill(OURS, only(stopped, ended));
    stillness.stop();
    ended.kill("SIGKILL");
    await once(ended, "exit");
    stillness.goOn();
    expect(stateOf(stopped)).toBe("T");
  });

  it("reaches what is started while it looks, and looks no longer than it must", () => {
    const signals: string[] = [];
    let alive = [1];
    const processes: Processes = {
      listRunning: () => alive,
      signal(pid, signal) {
        signals.push(`${signal} ${pid}`);
        if (pid < 3) alive = [...alive, pid + 1];
      },
    };
    createStandStill(7, processes).stop();
    expect(signals).toEqual(["SIGSTOP 1", "SIGSTOP 2", "SIGSTOP 3"]);
  });

  it("comes to an end although somebody starts processes for ever", () => {
    let next = 0;
    const stillness = createStandStill(7, { listRunning: () => [(next += 1)], signal: () => undefined });
    stillness.stop();
    expect(next).toBeLessThan(1000);
  });
});
