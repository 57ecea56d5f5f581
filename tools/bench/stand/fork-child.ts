import { fork } from "node:child_process";
import { once } from "node:events";
import { orAbort } from "../or-abort.ts";

export type Child = AsyncDisposable & { url: string };

/** A process of ours that serves something: it says where as its first message, and ends when it is let go of. */
export async function forkChild(path: string, args: readonly string[], signal: AbortSignal): Promise<Child> {
  const child = fork(path, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const died = exited.then(([code]) => Promise.reject(new Error(`${path} ended with ${String(code)}`)));
  const close = async () => {
    died.catch(() => undefined);
    if (child.connected) child.disconnect();
    await exited;
  };
  try {
    const [url] = (await orAbort(Promise.race([once(child, "message"), died]), signal)) as [string];
    died.catch(() => undefined);
    return { url, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
