/** Hears from the engine when containers of ours end. After a break of the stream it looks what was missed. */
import { setTimeout as sleep } from "node:timers/promises";
import { createLineReader, type SessionId } from "@cc-docker/protocol";
import type Docker from "dockerode";
import type { Instance, InstanceExit } from "../../runtime.ts";
import { LABELS } from "./container-template.ts";

type DieEvent = { Actor?: { ID?: string; Attributes?: Record<string, string> } };
type Listener = (exit: InstanceExit) => void;

const MAX_EVENT_BYTES = 1024 * 1024;
const RECONNECT_DELAY_MS = 500;
const MAX_REPORTED = 10_000;
/** 128 + SIGKILL: how the container's first process ends when one of its own was killed so. */
const KILLED = 137;

export function watchExits(docker: Docker, installId: string, listEnded: () => Promise<Instance[]>) {
  const listeners = new Set<Listener>();
  const abort = new AbortController();
  const reported = new Set<string>();
  let watching: Promise<void> | undefined;

  function report(exit: InstanceExit): void {
    const key = `${exit.sessionId}/${exit.generation}`;
    if (reported.has(key)) return;
    if (reported.size >= MAX_REPORTED) reported.clear(); // a second report of an old end does no harm
    reported.add(key);
    for (const listener of listeners) listener(exit);
  }

  async function watch(): Promise<void> {
    while (!abort.signal.aborted) {
      await readEvents().catch(() => undefined); // a break is normal: the engine restarts, or we are closing
      await sleep(RECONNECT_DELAY_MS, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  }

  async function readEvents(): Promise<void> {
    const filters = { type: ["container" as const], event: ["die"], label: [`${LABELS.install}=${installId}`] };
    const stream = await docker.getEvents({ filters, abortSignal: abort.signal } as Docker.GetEventsOptions);
    for (const instance of await listEnded())
      report({ ...instance, detail: "it was found ended", outOfMemory: await isOutOfMemory(instance.ref) });
    const lines = createLineReader({ maxBytes: MAX_EVENT_BYTES });
    for await (const chunk of stream as unknown as AsyncIterable<Buffer>) {
      for (const line of lines.push(chunk)) await reportEvent(JSON.parse(line) as DieEvent);
    }
  }

  async function reportEvent({ Actor }: DieEvent): Promise<void> {
    const { [LABELS.session]: sessionId, [LABELS.generation]: generation, exitCode } = Actor?.Attributes ?? {};
    if (!sessionId) return;
    const outOfMemory = await isOutOfMemory(Actor?.ID ?? "");
    const instance = { sessionId: sessionId as SessionId, generation: Number(generation) };
    report({ ...instance, detail: `exit code ${exitCode}`, outOfMemory });
  }

  /** `OOMKilled` alone says that some process of it was killed so, perhaps a tool and long ago. */
  async function isOutOfMemory(ref: string): Promise<boolean> {
    const ended = await docker
      .getContainer(ref)
      .inspect()
      .catch(() => undefined); // removed meanwhile: nobody knows any more
    return ended?.State.OOMKilled === true && ended.State.ExitCode === KILLED;
  }

  function subscribe(listener: Listener): () => void {
    listeners.add(listener);
    watching ??= watch();
    return () => listeners.delete(listener);
  }

  async function close(): Promise<void> {
    listeners.clear();
    abort.abort();
    await watching;
  }

  return { subscribe, close };
}
