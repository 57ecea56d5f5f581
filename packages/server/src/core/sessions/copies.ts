/**
 * Gives forks their parents' conversations and files. A parent stands still while its files are copied, so the copy is
 * of one moment, and nobody starts, ends or removes it meanwhile; its row knows nothing of it. What is still to be copied
 * is noted on the fork's.
 */
import { CcError, isCcError, type SessionId } from "@cc-docker/protocol";
import { type Clock, timeoutSignal } from "../../lib/clock.ts";
import { failpoint } from "../../lib/failpoint.ts";
import { createKeyedLock, type KeyedLock } from "../../lib/keyed-lock.ts";
import { orAbort } from "../../lib/wait.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import { type CopySpec, FILE_PARTS, type FilePart, type Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import { createBell } from "../bell.ts";
import { copyConversation } from "./copy-conversation.ts";
import { isHeld, isLive } from "./session-status.ts";
import type { SessionWriter } from "./session-writer.ts";

export type Copies = {
  /**
   * Copies the conversation and the files that the session still lacks, if any.
   * @throws CcError FORK_COPY_FAILED, FORK_PARENT_GONE, ENGINE_DISK_FULL, IMAGE_NOT_FOUND, RUNTIME_UNAVAILABLE
   */
  bring(session: SessionRow, cancelled: AbortSignal): Promise<void>;
  /** Resolves when nobody copies the session's own files. */
  untilRead(sessionId: SessionId, cancelled: AbortSignal): Promise<void>;
};

/** Of a parent that works in a directory of the host: its fork works in the same. */
const HOME: readonly FilePart[] = ["home"];

export type CopiesDeps = {
  store: Store;
  bus: Bus;
  writer: SessionWriter;
  runtime: Runtime;
  clock: Clock;
  /** Held while the engine works on a session's instance, or copies its files. */
  lock: KeyedLock<SessionId>;
  settings: { image: string; copyTimeoutMs: number };
  /** The session stands still for a copy of it: its agent is not to be taken for dead, nor for deaf. */
  setStill: (sessionId: SessionId, isStill: boolean) => void;
};

/** Far more often than any agent must be heard, or must hear. */
const EXCUSE_EVERY_MS = 500;
/** Whoever starts a session rings when that is over; a gateway that dies does not. */
const LOOK_EVERY_MS = 1000;

export function createCopies(deps: CopiesDeps): Copies {
  const { store, bus, writer, runtime, clock, lock, settings } = deps;
  const inTurn = createKeyedLock<"piece">();

  async function bring({ id, filesFrom, workspace }: SessionRow, cancelled: AbortSignal): Promise<void> {
    if (!filesFrom || !(await store.findSession(id))?.filesFrom) return; // an earlier start may have brought them by now
    const parts = workspace ? HOME : FILE_PARTS;
    const deadline = timeoutSignal(clock, settings.copyTimeoutMs);
    const signal = AbortSignal.any([cancelled, deadline]);
    try {
      await copyConversation({ store, writer, inTurn }, id, signal);
      await whenSettled(filesFrom, signal, () => copy({ from: filesFrom, to: id, parts }, signal));
    } catch (error) {
      throw deadline.aborted && !cancelled.aborted ? lateError(filesFrom, settings.copyTimeoutMs) : error;
    }
    failpoint("fork.copied");
    await writer.changeAsHolder(id, async ({ patch }) => patch({ filesFrom: undefined, transcriptSpan: undefined }));
    failpoint("fork.noted");
    bus.publish(`holders:${filesFrom}`, 0); // it may be deleted by now, and wait with its end
  }

  async function copy(wanted: Omit<CopySpec, "image">, signal: AbortSignal): Promise<void> {
    const { from } = wanted;
    const spec = { ...wanted, image: settings.image };
    const whole = await whileFrozen(from, (letGo) => runtime.copy(spec, signal, letGo));
    if (whole) return;
    const parent = await store.findSession(from);
    if (parent && !parent.deleted) return; // it has no files yet, or has lost them: its own next start finds none either
    throw new CcError("FORK_PARENT_GONE", `Session ${from} was deleted before its files were copied.`);
  }

  /** It may be let go before the end of the work, and is let go then at the latest. */
  async function whileFrozen<T>(sessionId: SessionId, work: (letGo: () => void) => Promise<T>): Promise<T> {
    const stopExcusing = keepExcused(sessionId);
    let going: Promise<void> | undefined;
    const letGo = () => (going ??= thaw(sessionId).finally(stopExcusing));
    try {
      await runtime.pause(sessionId);
      failpoint("fork.frozen");
      return await work(() => void letGo().catch(() => undefined)); // told below
    } finally {
      await letGo();
    }
  }

  /** As its row says by now; an engine that is away is told by reconcile. */
  async function thaw(sessionId: SessionId): Promise<void> {
    const session = await store.findSession(sessionId);
    if (!session || !isLive(session) || isHeld(session)) return; // ended, removed or frozen for itself
    await runtime.unpause(sessionId).catch((error: unknown) => {
      if (!isCcError(error, "RUNTIME_UNAVAILABLE")) throw error;
    });
  }

  function keepExcused(sessionId: SessionId): () => void {
    let cancel = () => {};
    const beat = () => {
      deps.setStill(sessionId, true);
      cancel = clock.setTimer(EXCUSE_EVERY_MS, beat);
    };
    beat();
    return () => {
      cancel();
      deps.setStill(sessionId, false);
    };
  }

  /** Not while its instance starts, which has only so much time. The signal as for `whenFree`. */
  async function whenSettled(sessionId: SessionId, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    using bell = createBell(bus, `events:${sessionId}`);
    for (let done = false; !done; ) {
      await whenFree(sessionId, signal, async () => {
        if (await isStarting(sessionId)) return;
        await work();
        done = true;
      });
      if (!done) await bell.wait(AbortSignal.any([signal, timeoutSignal(clock, LOOK_EVERY_MS)]));
    }
  }

  async function isStarting(sessionId: SessionId): Promise<boolean> {
    const session = await store.findSession(sessionId);
    return session !== undefined && isLive(session) && session.status === "starting";
  }

  /** Gives up waiting with the signal; work that has begun hears the signal itself, and is awaited. */
  async function whenFree(sessionId: SessionId, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    let begun = false;
    const done = lock(sessionId, async () => {
      signal.throwIfAborted();
      begun = true;
      await work();
    });
    await orAbort(done, signal).catch((error: unknown) => {
      if (!begun) throw error;
    });
    await done;
  }

  return { bring, untilRead: (sessionId, cancelled) => whenFree(sessionId, cancelled, async () => undefined) };
}

function lateError(from: SessionId, ms: number): CcError {
  return new CcError("FORK_COPY_FAILED", `Session ${from} was not copied within ${ms / 1000} s.`);
}
