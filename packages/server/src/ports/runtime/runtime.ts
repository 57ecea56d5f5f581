/** What core needs of the thing that runs instances. */
import type { Duplex } from "node:stream";
import type { SessionId } from "@cc-docker/protocol";
import type { HostDirectories, HostDirectory } from "./host-directories.ts";

export type { HostDirectories, HostDirectory };

/** `directory`: of the host, which it works in; in files of the session's own when absent. */
export type InstanceSpec = {
  sessionId: SessionId;
  generation: number;
  image: string;
  directory?: HostDirectory | undefined;
};

/** What a session may own of files: those it works in, and its agent's home. */
export const FILE_PARTS = ["workspace", "home"] as const;
export type FilePart = (typeof FILE_PARTS)[number];

/** `image`: the session image, whose tools copy. `parts`: what `from` owns, and so is copied. */
export type CopySpec = { from: SessionId; to: SessionId; image: string; parts: readonly FilePart[] };

/** One of ours, running or not. `ref` is the driver's own name for it; `paused`: it runs, and stands still. */
export type Instance = { ref: string; sessionId: SessionId; generation: number; running: boolean; paused: boolean };

/** `detail`: what the engine says of it ("exit code 137"). `outOfMemory`: the kernel ended it for lack of memory. */
export type InstanceExit = { sessionId: SessionId; generation: number; detail: string; outOfMemory?: boolean };

/**
 * `cpuMs`: time of a core that it has used in all, up to `atMs` (milliseconds since 1970, by the clock of whoever runs
 * it). `memoryBytes`: what it holds, without what the kernel could drop.
 */
export type InstanceUsage = { atMs: number; cpuMs: number; memoryBytes: number };

export interface Runtime extends AsyncDisposable {
  readonly directories: HostDirectories;
  /** Asks the engine for real. @throws CcError RUNTIME_UNAVAILABLE */
  check(signal: AbortSignal): Promise<void>;
  /**
   * Starts the instance of a session and generation; the one that runs already is returned, going on if it was paused.
   * A start that fails leaves no instance and no socket behind; a workspace that was made by then stays the session's.
   * What is mounted of a directory of the host is to be looked at before an agent works in it: see HostDirectories.
   * @throws CcError RUNTIME_UNAVAILABLE, IMAGE_NOT_FOUND, ENGINE_DISK_FULL, INSTANCE_START_FAILED, STORE_FULL,
   * WORKSPACE_NOT_ALLOWED, WORKSPACE_CHANGED
   */
  start(spec: InstanceSpec, signal: AbortSignal): Promise<Instance>;
  /**
   * Gives `to` a copy of those parts of the files of `from`: owners, modes, times and links as they are; no sockets, and
   * nothing of what the wrapper and the agent keep for their own conversation. All or nothing: what an earlier try left
   * is removed first, a copy that fails leaves nothing. `from` is only read; nobody may write to it before `onRead`,
   * after which only the disk is waited for. Ends with `signal`.
   * @returns whether `from` had them all; what it has not is not copied
   * @throws CcError RUNTIME_UNAVAILABLE, IMAGE_NOT_FOUND, ENGINE_DISK_FULL, FORK_COPY_FAILED
   */
  copy(spec: CopySpec, signal: AbortSignal, onRead: () => void): Promise<boolean>;
  /** A byte pipe to the wrapper of a running instance; waits for the wrapper to listen until `signal`. */
  openLink(instance: Instance, signal: AbortSignal): Promise<Duplex>;
  /** Has the instance of a session stand still, with all that runs in it. Fine when it does, or is not there. */
  pause(sessionId: SessionId): Promise<void>;
  /** Has it go on from where it was. Fine when it does, or is not there. */
  unpause(sessionId: SessionId): Promise<void>;
  /**
   * Ends and removes the instance of a session, paused or not, and a copy begun for it; its workspace and state stay.
   * Unknown ids are fine.
   */
  stop(sessionId: SessionId, graceMs: number): Promise<void>;
  /** Removes all a session owns: instance, workspace, state, sockets. A directory of the host stays. Unknown ids are fine. */
  remove(sessionId: SessionId): Promise<void>;
  /** What a running instance uses, paused or not, told within seconds; `undefined` of one that runs no more. @throws CcError RUNTIME_UNAVAILABLE */
  measure(instance: Instance): Promise<InstanceUsage | undefined>;
  /** All instances of this install, running or not. */
  list(): Promise<Instance[]>;
  /** Sessions of this install that own anything here: instance, workspace, state or sockets. */
  listOwners(): Promise<SessionId[]>;
  /** Those of them that have what a session at rest must not have: an instance, a socket, or a copy begun for it. */
  listActive(): Promise<SessionId[]>;
  /** Reports each end of an instance once, until the returned function is called. */
  onExit(listener: (exit: InstanceExit) => void): () => void;
  /**
   * Says that something of ours may have changed without us, or that the engine is back after an absence: it is time
   * to look. What the runtime does itself is no reason. Until the returned function is called.
   */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}
