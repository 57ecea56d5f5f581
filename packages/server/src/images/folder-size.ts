import { execFile } from "node:child_process";
import { promisify } from "node:util";

const EVERY_MS = 2000;

/** Tells the size of a folder in bytes, at once and every two seconds, until it is disposed of. */
export function watchFolder(folder: string, tell: (bytes: number) => void): Disposable {
  let isOver = false;
  const look = async () => {
    const bytes = await sizeOf(folder);
    if (!isOver) tell(bytes);
  };
  tell(0);
  const timer = setInterval(() => void look(), EVERY_MS);
  return {
    [Symbol.dispose]() {
      isOver = true;
      clearInterval(timer);
    },
  };
}

/** What is just being written or removed cannot all be read: `du` says how much it has seen. */
async function sizeOf(folder: string): Promise<number> {
  const argv = ["--summarize", "--bytes", "--one-file-system", folder];
  const { stdout } = await promisify(execFile)("du", argv).catch((error: { stdout?: string }) => error);
  return Number.parseInt(stdout ?? "", 10) || 0;
}
