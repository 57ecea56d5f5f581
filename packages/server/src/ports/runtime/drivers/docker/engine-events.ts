/** Hears from the engine what happens to what is ours. After a break of the stream it looks what was missed. */
import { setTimeout as sleep } from "node:timers/promises";
import { createLineReader, type SessionId } from "@cc-docker/protocol";
import type Docker from "dockerode";
import type { Instance, InstanceExit } from "../../runtime.ts";
import { LABELS, ownerOfVolume } from "./container-template.ts";
import type { OwnActions } from "./own-actions.ts";

type Attributes = Record<string, string>;
type EngineEvent = { Type?: string; Action?: string; Actor?: { ID?: string; Attributes?: Attributes } };

const MAX_EVENT_BYTES = 1024 * 1024;
const RECONNECT_DELAY_MS = 500;
const MAX_REPORTED = 10_000;
/** 128 + SIGKILL: how the container's first process ends when one of its own was killed so. */
const KILLED = 137;

/** The engine knows no label of a volume's end, so all containers' and volumes' events are heard and sorted here. */
const HEARD = {
  type: ["container" as const, "volume" as const],
  event: ["create", "die", "start", "pause", "unpause", "destroy"],
};

export type WatchDeps = { docker: Docker; installId: string; own: OwnActions; listEnded: () => Promise<Instance[]> };

export function watchEngine({ docker, installId, own, listEnded }: WatchDeps) {
  const exitListeners = new Set<(exit: InstanceExit) => void>();
  const changeListeners = new Set<() => void>();
  const abort = new AbortController();
  const reported = new Set<string>();
  /** Ends are reported one after the other; asking the engine about one must not hold up the rest. */
  let ending = Promise.resolve();
  let watching: Promise<void> | undefined;

  function report(exit: InstanceExit): void {
    const key = `${exit.sessionId}/${exit.generation}`;
    if (reported.has(key)) return;
    if (reported.size >= MAX_REPORTED) reported.clear(); // a second report of an old end does no harm
    reported.add(key);
    for (const listener of exitListeners) listener(exit);
  }

  function reportChange(): void {
    for (const listener of changeListeners) listener();
  }

  async function watch(): Promise<void> {
    while (!abort.signal.aborted) {
      await readEvents().catch(() => undefined); // a break is normal: the engine restarts, or we are closing
      await sleep(RECONNECT_DELAY_MS, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  }

  async function readEvents(): Promise<void> {
    const stream = await docker.getEvents({ filters: HEARD, abortSignal: abort.signal } as Docker.GetEventsOptions);
    for (const instance of await listEnded())
      report({ ...instance, detail: "it was found ended", outOfMemory: await isOutOfMemory(instance.ref) });
    reportChange(); // nobody knows what was missed
    const lines = createLineReader({ maxBytes: MAX_EVENT_BYTES });
    for await (const chunk of stream as unknown as AsyncIterable<Buffer>) {
      for (const line of lines.push(chunk)) take(JSON.parse(line) as EngineEvent);
    }
  }

  function take({ Type, Action, Actor }: EngineEvent): void {
    const { ID: id = "", Attributes: attributes = {} } = Actor ?? {};
    if (Type === "volume") return takeVolume(ownerOfVolume(id));
    const sessionId = attributes[LABELS.session];
    if (attributes[LABELS.install] !== installId || !sessionId) return;
    if (Action === "die" && attributes[LABELS.generation] !== undefined)
      ending = ending.then(() => reportEnd(id, attributes));
    else if (!own.isActing(sessionId)) reportChange();
  }

  async function reportEnd(ref: string, attributes: Attributes): Promise<void> {
    const { [LABELS.session]: sessionId, [LABELS.generation]: generation, exitCode } = attributes;
    const outOfMemory = await isOutOfMemory(ref);
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

  function takeVolume(sessionId: string | undefined): void {
    if (sessionId !== undefined && own.isKnown(sessionId) && !own.isActing(sessionId)) reportChange();
  }

  function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
    listeners.add(listener);
    watching ??= watch();
    return () => void listeners.delete(listener);
  }

  async function close(): Promise<void> {
    exitListeners.clear();
    changeListeners.clear();
    abort.abort();
    await Promise.all([watching, ending]);
  }

  return {
    onExit: (listener: (exit: InstanceExit) => void) => subscribe(exitListeners, listener),
    onChange: (listener: () => void) => subscribe(changeListeners, listener),
    close,
  };
}
