/**
 * Checkpoints: what the log of commits holds is copied into the database, and the log begins anew. SQLite's own come
 * with a commit and wait for the disk on the event loop; here a thread does the work.
 */
import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

export type Checkpoints = {
  /** To be awaited before each commit. Mostly there is nothing to wait for. Never rejects. */
  beforeCommit(): Promise<void> | undefined;
  close(): Promise<void>;
};

/** One copy of the log into the database. It takes no lock that a commit needs. */
export type Checkpointer = { run(): Promise<void>; close(): Promise<void> };

/** Pages of 4 KB in the log at which it is copied, and at which commits wait for that. */
const PAGES = { copied: 4000, tooMany: 16_000 };

/**
 * While the log is copied, commits go on and make it longer. The log begins anew only where nothing is left to be
 * copied, so the little that came meanwhile is copied once more while the next commit waits.
 */
export function createCheckpoints(countPages: () => number, { run, close }: Checkpointer): Checkpoints {
  let copying: Promise<void> | undefined;
  let isCopied = false;
  let seen = 0;
  let dueAt = PAGES.copied;

  /** One that fails has changed nothing: the log is as good as it was, and is copied when it is due again. */
  const copy = () => run().catch(() => undefined);

  function copyBesideCommits(): void {
    copying = copy().then(() => {
      copying = undefined;
      isCopied = true;
    });
  }

  function beforeCommit(): Promise<void> | undefined {
    const pages = countPages();
    if (pages < seen) dueAt = PAGES.copied; // the log has begun anew
    seen = pages;
    if (isCopied) {
      isCopied = false;
      dueAt = pages + PAGES.copied;
      return copy();
    }
    if (!copying && pages >= dueAt) copyBesideCommits();
    return pages >= PAGES.tooMany ? copying : undefined;
  }

  return {
    beforeCommit,
    close: async () => {
      await copying;
      await close();
    },
  };
}

/** The thread is started with the first checkpoint, which most gateways never come to, and again when it has ended. */
export function createCheckpointer(path: string): Checkpointer {
  let thread: Worker | undefined;

  function start(): Worker {
    const script = new URL(`./sqlite-checkpoint-thread${extname(import.meta.filename)}`, import.meta.url);
    const started = new Worker(script, { workerData: path });
    started.unref();
    started.once("error", () => {
      thread = undefined; // it ends
    });
    return started;
  }

  return {
    run: async () => {
      thread ??= start();
      const done = once(thread, "message");
      thread.postMessage("copy");
      await done;
    },
    close: async () => void (await thread?.terminate()),
  };
}
