import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ModelCall } from "../../../tests/harness/history/model-calls.ts";
import { orAbort } from "../../bench/or-abort.ts";

export type Model = AsyncDisposable & {
  url: string;
  /** Every call of a conversation until now. */
  readCalls: () => Promise<ModelCall[]>;
};

const ANSWER_MS = 10_000;

export async function startModel(signal: AbortSignal): Promise<Model> {
  const child = fork(join(import.meta.dirname, "model-process.ts"), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const died = exited.then(([code]) => Promise.reject(new Error(`the model's process ended with ${String(code)}`)));
  died.catch(() => undefined);

  async function nextMessage<T>(): Promise<T> {
    const limits = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const [message] = (await orAbort(Promise.race([once(child, "message"), died]), limits)) as [T];
    return message;
  }

  async function readCalls(): Promise<ModelCall[]> {
    child.send("calls");
    return nextMessage<ModelCall[]>();
  }

  async function close(): Promise<void> {
    if (child.connected) child.disconnect();
    await exited;
  }

  try {
    return { url: await nextMessage<string>(), readCalls, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
