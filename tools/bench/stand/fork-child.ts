import { fork } from "node:child_process";
import { once } from "node:events";
import { orAbort } from "../or-abort.ts";

export type Child = AsyncDisposable & {
  pid: number;
  url: string;
  /** One message to it. */
  tell(message: string | object): void;
  /** The next message from it. To be called before what brings it about. @throws when it ends instead */
  hear(): Promise<unknown>;
};

/**
 * A process of ours that serves something: it says where as its first message, and ends when it is let go of.
 * @param settings of its environment, besides this process's own
 */
export async function forkChild(
  path: string,
  args: readonly string[],
  signal: AbortSignal,
  settings: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = fork(path, args, {
    env: { ...process.env, ...settings },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const died = exited.then(([code]) => Promise.reject(new Error(`${path} ended with ${String(code)}`)));
  died.catch(() => undefined);
  const hear = async () => {
    const [message] = (await orAbort(Promise.race([once(child, "message"), died]), signal)) as [unknown];
    return message;
  };
  const close = async () => {
    if (child.connected) child.disconnect();
    await exited;
  };
  try {
    const url = String(await hear());
    const tell = (message: string | object) => void child.send(message);
    return { pid: child.pid ?? 0, url, tell, hear, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
