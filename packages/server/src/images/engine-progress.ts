import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CcError } from "@cc-docker/protocol";
import { keepLast } from "./run-command.ts";

const MAX_STEP_CHARS = 100;

/** What one line of the engine's answer to a build, pull or import says. */
export type EngineProgress =
  /** `part`: how many of the steps are done before this one, from 0 to 1. */
  | { kind: "step"; text: string; part: number }
  | { kind: "output"; text: string }
  | { kind: "image"; id: string; cached: boolean }
  /** Of a pull: bytes that have come, and how many of those that are known of so far. */
  | { kind: "pulled"; bytes: { done: number; of: number } }
  | { kind: "error"; text: string }
  | { kind: "nothing" };

/** Follows the lines of one answer. It remembers whether the step it is in came from the engine's cache, and layers. */
export function createProgressParser(): (line: string) => EngineProgress {
  let cached = false;
  const layers = new Map<string, { done: number; of: number }>();
  return (line) => {
    const message = parseObject(line);
    if (typeof message.error === "string") return { kind: "error", text: message.error.trim() };
    if (addLayer(layers, message)) return { kind: "pulled", bytes: sumOf(layers) };
    if (typeof message.stream !== "string") return { kind: "nothing" };
    const text = message.stream.trim();
    if (text.startsWith("Step ")) cached = false;
    if (text === "---> Using cache") cached = true;
    const image = /^---> ([0-9a-f]{12})$/.exec(text)?.[1];
    if (image !== undefined) return { kind: "image", id: image, cached };
    if (text.startsWith("Step ")) return { kind: "step", text: shorten(text), part: partOf(text) };
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

/** "Step 3/9 : …" has two of nine behind it. */
function partOf(step: string): number {
  const [, at = 1, of = 1] = (/^Step (\d+)\/(\d+)/.exec(step) ?? []).map(Number);
  return (at - 1) / Math.max(1, of);
}

/** What a pull says of a layer's bytes. Once it has come it is unpacked, which counts other bytes. */
function addLayer(layers: Map<string, { done: number; of: number }>, message: Record<string, unknown>): boolean {
  const { id, status, progressDetail } = message;
  const { current, total } = (progressDetail ?? {}) as { current?: unknown; total?: unknown };
  if (status !== "Downloading" || typeof id !== "string") return false;
  if (typeof current !== "number" || typeof total !== "number") return false;
  layers.set(id, { done: current, of: total });
  return true;
}

function sumOf(layers: ReadonlyMap<string, { done: number; of: number }>): { done: number; of: number } {
  const sum = { done: 0, of: 0 };
  for (const { done, of } of layers.values()) {
    sum.done += done;
    sum.of += of;
  }
  return sum;
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
