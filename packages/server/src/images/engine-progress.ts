import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CcError } from "@cc-docker/protocol";
import { keepLast } from "./run-command.ts";

const MAX_STEP_CHARS = 100;

/** What one line of the engine's answer to a build, pull or import says. */
export type EngineProgress =
  | { kind: "step"; text: string }
  | { kind: "output"; text: string }
  | { kind: "image"; id: string; cached: boolean }
  | { kind: "error"; text: string }
  | { kind: "nothing" };

/** Follows the lines of one answer. It remembers one thing: whether the step it is in came from the engine's cache. */
export function createProgressParser(): (line: string) => EngineProgress {
  let cached = false;
  return (line) => {
    const message = parseObject(line);
    if (typeof message.error === "string") return { kind: "error", text: message.error.trim() };
    if (typeof message.stream !== "string") return { kind: "nothing" };
    const text = message.stream.trim();
    if (text.startsWith("Step ")) cached = false;
    if (text === "---> Using cache") cached = true;
    const image = /^---> ([0-9a-f]{12})$/.exec(text)?.[1];
    if (image !== undefined) return { kind: "image", id: image, cached };
    if (text.startsWith("Step ")) return { kind: "step", text: shorten(text) };
    return text === "" ? { kind: "nothing" } : { kind: "output", text };
  };
}

/** Reads the answer to its end. The engine reports a failed build inside a 200, as the last line: that throws here. */
export async function readProgress(answer: Readable, onProgress: (progress: EngineProgress) => void): Promise<void> {
  const parse = createProgressParser();
  const lastLines: string[] = [];
  for await (const line of createInterface({ input: answer })) {
    const progress = parse(line);
    onProgress(progress);
    if (progress.kind === "error") throw new CcError("IMAGE_BUILD_FAILED", [progress.text, ...lastLines].join("\n"));
    if (progress.kind === "output" || progress.kind === "step") keepLast(lastLines, progress.text);
  }
}

/** A step is a whole Dockerfile instruction, which may be many lines. */
function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= MAX_STEP_CHARS ? line : `${line.slice(0, MAX_STEP_CHARS - 1)}…`;
}

function parseObject(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
