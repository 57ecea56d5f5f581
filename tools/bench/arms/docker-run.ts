/** `docker run --rm IMAGE claude -p PROMPT`: a whole container for one answer. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type Docker from "dockerode";
import { findProgram } from "../../find-program.ts";
import { withinSample } from "../or-abort.ts";
import { plainCommand, plainContainer } from "../stand/plain-container.ts";
import type { PlainNetwork } from "../stand/plain-network.ts";
import { createFrameReader } from "../stand/read-frames.ts";

/** Milliseconds from the start to the first output, and to the end, when the container is gone too. */
export type DockerRunTimes = { firstOutputMs: number; totalMs: number };
export type DockerRun = {
  docker: Docker;
  image: string;
  modelUrl: string;
  network: PlainNetwork["name"];
  prompt: string;
  signal: AbortSignal;
};

/** Through the program people type where it is installed, else the same calls to the engine. */
export function chooseDockerRun(): { name: string; run: (input: DockerRun) => Promise<DockerRunTimes> } {
  const hasProgram = findProgram("docker") !== undefined;
  return hasProgram ? { name: "docker run --rm", run: runByProgram } : { name: "engine API run", run: runByEngine };
}

async function runByProgram({ image, modelUrl, network, prompt, signal }: DockerRun): Promise<DockerRunTimes> {
  const watch = createStopwatch();
  const args = plainCommand({ image, modelUrl, network, args: ["-p", prompt] });
  const child = spawn("docker", args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  child.stdout.on("data", watch.onOutput);
  const [code] = (await withinSample(once(child, "exit"), signal)) as [number | null];
  return watch.end(code);
}

export async function runByEngine({
  docker,
  image,
  modelUrl,
  network,
  prompt,
  signal,
}: DockerRun): Promise<DockerRunTimes> {
  const watch = createStopwatch();
  const container = await docker.createContainer(plainContainer({ image, modelUrl, network, args: ["-p", prompt] }));
  const pipe = await container.attach({ stream: true, stdout: true, stderr: true });
  pipe.on("data", createFrameReader(watch.onOutput));
  const removed = container.wait({ condition: "removed" }) as Promise<{ StatusCode: number }>;
  await container.start();
  const { StatusCode } = await withinSample(removed, signal);
  return watch.end(StatusCode);
}

function createStopwatch() {
  const startedAt = performance.now();
  let firstOutputMs = Number.NaN;

  function onOutput(): void {
    if (Number.isNaN(firstOutputMs)) firstOutputMs = performance.now() - startedAt;
  }

  function end(exitCode: number | null): DockerRunTimes {
    const totalMs = performance.now() - startedAt;
    if (exitCode === 0 && firstOutputMs <= totalMs) return { firstOutputMs, totalMs };
    throw new Error(`claude -p ended with ${String(exitCode)} ${Number.isNaN(firstOutputMs) ? "and no output" : ""}`);
  }

  return { onOutput, end };
}
