/** Keeps one link to every session that should have one, and opens it again when it breaks. */

import type { Duplex } from "node:stream";
import { CcError, type ErrorCode, isCcError, type SessionId } from "@cc-docker/protocol";
import type { Core, SessionRow } from "../../core/core.ts";
import { createBackground } from "../../lib/background.ts";
import { type Clock, pause, systemClock, timeoutSignal } from "../../lib/clock.ts";
import { failpoint } from "../../lib/failpoint.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Redactor } from "../../lib/redact.ts";
import { runControl } from "./control.ts";
import { openLinkPipe } from "./link-pipe.ts";
import type { Telemetry } from "./telemetry.ts";

export type LinkManager = { close(): Promise<void> };

export type LinkManagerDeps = {
  links: Core["links"];
  log: Logger;
  /** Takes a connection to the broker's door. */
  serveBroker: (sessionId: SessionId, stream: Duplex) => void;
  modelMaxRetries: number;
  /** Takes the gateway's secrets out of what instances say. */
  redactor: Redactor;
  /** Takes the spans of instances; absent where nobody wants traces. */
  telemetry?: Telemetry | undefined;
  /** Time and pipe of a simulation; the real ones when absent. */
  clock?: Clock;
  openPipe?: typeof openLinkPipe;
};

/** A wrapper that has not said a word for so long is taken for dead. */
const GIVE_UP_AFTER_MS = 10_000;
const RETRY_DELAY_MS = 50;
const FINAL: ReadonlySet<ErrorCode> = new Set([
  "LINK_VERSION_MISMATCH",
  "LINK_PROTOCOL_BROKEN",
  "WORKSPACE_NOT_ALLOWED",
  "WORKSPACE_CHANGED",
]);

export function startLinkManager({
  links,
  log,
  serveBroker,
  modelMaxRetries,
  redactor,
  telemetry,
  clock = systemClock,
  openPipe = openLinkPipe,
}: LinkManagerDeps): LinkManager {
  const background = createBackground({ clock, log, isExpected: isCcError });
  const held = new Map<SessionId, AbortController>();

  const unsubscribe = links.onWanted((sessionId) => {
    if (held.has(sessionId)) return;
    const lost = new AbortController();
    held.set(sessionId, lost);
    background.run("link", (closing) =>
      holdLink(sessionId, AbortSignal.any([closing, lost.signal])).finally(() => held.delete(sessionId)),
    );
  });
  const unsubscribeLost = links.onLost((sessionId) => held.get(sessionId)?.abort());

  /** Ends when the session needs no link any more, or none of this gateway. */
  async function holdLink(sessionId: SessionId, signal: AbortSignal): Promise<void> {
    let heardAt = clock.monotonicMs();
    while (!signal.aborted) {
      const use = { generation: 0, heard: false };
      const error = await useLink(sessionId, use, signal).catch((reason: unknown) => reason);
      if (signal.aborted || isOver(error)) return;
      log.debug({ err: error, session_id: sessionId }, "link broken");
      if (use.heard || (await isCopied(sessionId))) heardAt = clock.monotonicMs();
      if (isFinal(error)) {
        log.warn({ err: error, session_id: sessionId }, "what came over the link cannot be used");
        await links.giveUp({ sessionId, generation: use.generation }, error);
      }
      const lost = await findLost(sessionId, heardAt);
      if (lost) await links.giveUp({ sessionId, generation: lost.generation }, describeLoss(sessionId, error));
      await pause(clock, RETRY_DELAY_MS, signal);
    }
  }

  /** Opens a link and lives with it until it breaks. @throws what kept it from opening or broke it, if that is known */
  async function useLink(
    sessionId: SessionId,
    use: { generation: number; heard: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { duplex, session } = await links.open(
      sessionId,
      AbortSignal.any([signal, timeoutSignal(clock, GIVE_UP_AFTER_MS)]),
    );
    use.generation = session.generation;
    failpoint("link.opened");
    const onHello = () => (use.heard = true);
    const { promise: conversation, resolve, reject } = Promise.withResolvers<void>();
    const doors = {
      control: (stream: Duplex) =>
        void runControl({ links, session, stream, modelMaxRetries, redactor, telemetry, clock, onHello }).then(
          resolve,
          reject,
        ),
      broker: (stream: Duplex) => serveBroker(sessionId, stream),
      ...(telemetry && { telemetry: (stream: Duplex) => telemetry.serve(sessionId, stream) }),
    };
    const pipe = openPipe(duplex, doors, (bytes) => links.carried(sessionId, bytes));
    signal.addEventListener("abort", pipe.close);
    try {
      await Promise.race([conversation, pipe.closed]);
    } finally {
      signal.removeEventListener("abort", pipe.close);
      pipe.close();
      await pipe.closed;
    }
  }

  /** Its wrapper may be frozen for that, and no link can be had then: it has its time from the end of it. */
  function isCopied(sessionId: SessionId): Promise<boolean> {
    return links.isCopied(sessionId).catch(() => false);
  }

  /** A session that is still starting has a deadline of its own. */
  async function findLost(sessionId: SessionId, heardAt: number): Promise<SessionRow | undefined> {
    if (clock.monotonicMs() - heardAt < GIVE_UP_AFTER_MS) return undefined;
    const session = await links.require(sessionId).catch(() => undefined); // gone: the next try to open ends it
    return session?.status === "starting" ? undefined : session;
  }

  return {
    async close() {
      unsubscribe();
      unsubscribeLost();
      await background.close();
    },
  };
}

function isOver(error: unknown): boolean {
  return isCcError(error, "SESSION_NOT_RUNNING") || isCcError(error, "LEASE_LOST");
}

/** Trying again would end the same way. */
function isFinal(error: unknown): error is CcError {
  return isCcError(error) && FINAL.has(error.code);
}

function describeLoss(sessionId: SessionId, error: unknown): CcError {
  const reason = error instanceof Error ? error.message : "the wrapper does not answer";
  return new CcError("INSTANCE_LOST", `The link to session ${sessionId} is lost: ${reason}.`, { cause: error });
}
