/** Waits for a copying container: hears when it has read everything, and how it ends. */
import type Docker from "dockerode";
import { createFrameReader } from "./exec-frames.ts";

/** What the program says when nothing more is read: a line of its own. */
const READ = /^copied$/m;
const MAX_CHARS = 4096;

export type CopyWatch = { signal: AbortSignal; onRead: () => void };

/** The container runs already. @returns its exit code */
export async function watchCopy(container: Docker.Container, { signal, onRead }: CopyWatch): Promise<number> {
  const listening = new AbortController();
  let read = false;
  const sayRead = () => {
    if (!read) onRead();
    read = true;
  };
  const heard = hear(container, AbortSignal.any([signal, listening.signal]), sayRead).catch(() => undefined);
  try {
    const { StatusCode } = (await container.wait({ abortSignal: signal })) as { StatusCode: number };
    if (StatusCode === 0) sayRead(); // its end may be here before its words
    return StatusCode;
  } finally {
    listening.abort(); // what has ended has nothing to say that its end does not
    await heard;
  }
}

async function hear(container: Docker.Container, abortSignal: AbortSignal, onRead: () => void): Promise<void> {
  const frames = createFrameReader();
  const stream = await container.logs({ follow: true, stdout: true, abortSignal });
  let said = "";
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    said = (
      said +
      frames
        .push(chunk)
        .map(({ payload }) => payload.toString())
        .join("")
    ).slice(-MAX_CHARS);
    if (READ.test(said)) return onRead();
  }
}
