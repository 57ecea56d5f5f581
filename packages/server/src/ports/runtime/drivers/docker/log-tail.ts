import type Docker from "dockerode";
import { createFrameReader } from "./exec-frames.ts";

const LINES = 5;
const MAX_CHARS = 500;

/** The last that a container wrote, as one line. It is the word of whoever runs in there: data. */
export async function readLogTail(container: Docker.Container): Promise<string> {
  const frames = createFrameReader().push(await container.logs({ stdout: true, stderr: true, tail: LINES }));
  const text = Buffer.concat(frames.map(({ payload }) => payload)).toString();
  return text.trim().replaceAll(/\s+/g, " ").slice(-MAX_CHARS);
}
