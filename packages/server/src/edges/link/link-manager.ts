/** Keeps one link to every session that should have one, and opens it again when it breaks. */

import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { CcError, isCcError, type SessionId } from "@cc-docker/protocol";
import type { Core } from "../../core/core.ts";
import { createBackground } from "../../lib/background.ts";
import type { Logger } from "../../lib/logger.ts";
import { runControl } from "./control.ts";
import { openLinkPipe } from "./link-pipe.ts";

export type LinkManager = { close(): Promise<void> };

export type LinkManagerDeps = {
  links: Core["links"];
  log: Logger;
  /** Takes a connection to the broker's door. */
  serveBroker: (sessionId: SessionId, stream: Duplex) => void;
  modelMaxRetries: number;
};

/** A wrapper that has not said a word for so long is taken for dead. */
const GIVE_UP_AFTER_MS = 10_000;
const RETRY_DELAY_MS = 50;

export function startLinkManager({ links, log, serveBroker, modelMaxRetries }: LinkManagerDeps): LinkManager {
  const background = createBackground({ log, isExpected: isCcError });
  const held = new Set<SessionId>();

  const unsubscribe = links.onWanted((sessionId) => {
    if (held.has(sessionId)) return;
    held.add(sessionId);
    background.run("link", (signal) => holdLink(sessionId, signal).finally(() => held.delete(sessionId)));
  });

  /** Ends when the session needs no link any more. */
  async function holdLink(sessionId: SessionId, signal: AbortSignal): Promise<void> {
    let heardAt = performance.now();
    while (!signal.aborted) {
      let heard = false;
      const error = await useLink(sessionId, signal, () => (heard = true)).catch((reason: unknown) => reason);
      if (signal.aborted || isCcError(error, "SESSION_NOT_RUNNING")) return;
      log.debug({ err: error, session_id: sessionId }, "link broken");
      if (heard) heardAt = performance.now();
      if (isFinal(error)) return links.giveUp(sessionId, error);
      if (await isLost(sessionId, heardAt)) return links.giveUp(sessionId, describeLoss(sessionId, error));
      await sleep(RETRY_DELAY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Opens a link and lives with it until it breaks. @throws what kept it from opening or broke it, if that is known */
  async function useLink(sessionId: SessionId, signal: AbortSignal, onHello: () => void): Promise<void> {
    const duplex = await links.open(sessionId, AbortSignal.any([signal, AbortSignal.timeout(GIVE_UP_AFTER_MS)]));
    const session = await links.require(sessionId);
    const { promise: conversation, resolve, reject } = Promise.withResolvers<void>();
    const pipe = openLinkPipe(duplex, {
      control: (stream) => void runControl({ links, session, stream, modelMaxRetries, onHello }).then(resolve, reject),
      broker: (stream) => serveBroker(sessionId, stream),
    });
    signal.addEventListener("abort", pipe.close);
    try {
      await Promise.race([conversation, pipe.closed]);
    } finally {
      signal.removeEventListener("abort", pipe.close);
      pipe.close();
      await pipe.closed;
    }
  }

  /** A session that is still starting has a deadline of its own. */
  async function isLost(sessionId: SessionId, heardAt: number): Promise<boolean> {
    if (performance.now() - heardAt < GIVE_UP_AFTER_MS) return false;
    const session = await links.require(sessionId).catch(() => undefined); // gone: the next try to open ends it
    return session !== undefined && session.status !== "starting";
  }

  return {
    async close() {
      unsubscribe();
      await background.close();
    },
  };
}

/** Trying again would end the same way. */
function isFinal(error: unknown): error is CcError {
  return isCcError(error, "LINK_VERSION_MISMATCH") || isCcError(error, "LINK_PROTOCOL_BROKEN");
}

function describeLoss(sessionId: SessionId, error: unknown): CcError {
  const reason = error instanceof Error ? error.message : "the wrapper does not answer";
  return new CcError("INSTANCE_LOST", `The link to session ${sessionId} is lost: ${reason}.`, { cause: error });
}
