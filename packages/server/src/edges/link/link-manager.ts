/** Keeps one link to every session that should have one, and opens it again when it breaks. */

import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { isCcError, type SessionId } from "@cc-docker/protocol";
import type { Core } from "../../core/core.ts";
import { createBackground } from "../../lib/background.ts";
import type { Logger } from "../../lib/logger.ts";
import { runControl } from "./control.ts";
import { openLinkPipe } from "./link-pipe.ts";

export type LinkManager = {
  /** Breaks a session's link; it is opened again at once. For tests of what a broken link may cost. */
  breakLink(sessionId: SessionId): void;
  close(): Promise<void>;
};

type LinkManagerDeps = {
  links: Core["links"];
  log: Logger;
  /** Takes a connection to the broker's door. */
  serveBroker: (sessionId: SessionId, stream: Duplex) => void;
  modelMaxRetries: number;
};

/** A wrapper that cannot be reached for so long is taken for dead. */
const GIVE_UP_AFTER_MS = 10_000;
const RETRY_DELAY_MS = 50;

export function startLinkManager({ links, log, serveBroker, modelMaxRetries }: LinkManagerDeps): LinkManager {
  const background = createBackground(log);
  const held = new Map<SessionId, { breakLink: () => void }>();

  const unsubscribe = links.onWanted((sessionId) => {
    if (held.has(sessionId)) return;
    const entry = { breakLink: () => {} };
    held.set(sessionId, entry);
    background.run("link", (signal) => holdLink(sessionId, entry, signal).finally(() => held.delete(sessionId)));
  });

  /** Ends when the session needs no link any more. */
  async function holdLink(sessionId: SessionId, entry: { breakLink: () => void }, signal: AbortSignal): Promise<void> {
    let downSince = performance.now();
    while (!signal.aborted) {
      try {
        await useLink(sessionId, entry, AbortSignal.any([signal, AbortSignal.timeout(GIVE_UP_AFTER_MS)]), signal);
        downSince = performance.now();
      } catch (error) {
        if (signal.aborted || isCcError(error, "SESSION_NOT_RUNNING")) return;
        log.debug({ err: error, session_id: sessionId }, "link broken");
        if (mustGiveUp(error, downSince))
          return links.giveUp(sessionId, error instanceof Error ? error.message : String(error));
        await sleep(RETRY_DELAY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Opens a link and lives with it until it breaks. Resolves when it had worked, rejects when it never did. */
  async function useLink(
    sessionId: SessionId,
    entry: { breakLink: () => void },
    opening: AbortSignal,
    signal: AbortSignal,
  ): Promise<void> {
    await links.require(sessionId);
    const duplex = await links.open(sessionId, opening);
    const session = await links.require(sessionId);
    const { promise: conversation, resolve, reject } = Promise.withResolvers<void>();
    const pipe = openLinkPipe(duplex, {
      control: (stream) => void runControl({ links, session, stream, modelMaxRetries }).then(resolve, reject),
      broker: (stream) => serveBroker(sessionId, stream),
    });
    entry.breakLink = () => duplex.destroy();
    const close = () => pipe.close();
    signal.addEventListener("abort", close);
    try {
      await Promise.race([conversation, pipe.closed]);
    } finally {
      signal.removeEventListener("abort", close);
      pipe.close();
      await pipe.closed;
    }
  }

  return {
    breakLink: (sessionId) => held.get(sessionId)?.breakLink(),
    async close() {
      unsubscribe();
      await background.close();
    },
  };
}

function mustGiveUp(error: unknown, downSince: number): boolean {
  return isCcError(error, "LINK_VERSION_MISMATCH") || performance.now() - downSince > GIVE_UP_AFTER_MS;
}
