import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { orAbort } from "../or-abort.ts";

export type Model = AsyncDisposable & { url: string };

/** On the address that plain containers reach. */
export async function startModel(host: string, signal: AbortSignal): Promise<Model> {
  const child = fork(join(import.meta.dirname, "model-process.ts"), [host], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const died = exited.then(([code]) => Promise.reject(new Error(`the model's process ended with ${String(code)}`)));
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
