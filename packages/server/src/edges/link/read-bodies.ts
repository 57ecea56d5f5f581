/** Reads requests whole before they go out, so that one that the model's service puts off can be sent again. */
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import type { SessionId } from "@cc-docker/protocol";

export type ReadBody = {
  /** `undefined`: too large, or of unknown size. The request has not been touched then and passes as it comes. */
  bytes: Buffer | undefined;
  drop(): void;
};

export type BodyReader = (request: IncomingMessage, sessionId: SessionId | undefined) => Promise<ReadBody>;

const MIB = 1024 * 1024;

/**
 * Of one request, of one session's, and of all at once. A conversation as long as a model takes has about a megabyte,
 * and a session's helpers call at the same time. However many calls a session makes, it leaves room for others.
 */
const MAX_BYTES = { each: 8 * MIB, session: 16 * MIB, all: 64 * MIB };

/** The space is set aside by the size that is announced, and no request has more bytes than it has announced. */
export function createBodyReader(max = MAX_BYTES): BodyReader {
  const bySession = new Map<SessionId | undefined, number>();
  let held = 0;

  function add(sessionId: SessionId | undefined, bytes: number): void {
    const ofSession = (bySession.get(sessionId) ?? 0) + bytes;
    held += bytes;
    if (ofSession > 0) bySession.set(sessionId, ofSession);
    else bySession.delete(sessionId);
  }

  function fits(sessionId: SessionId | undefined, bytes: number): boolean {
    const ofSession = (bySession.get(sessionId) ?? 0) + bytes;
    return bytes <= max.each && ofSession <= max.session && held + bytes <= max.all;
  }

  return async (request, sessionId) => {
    const announced = Number(request.headers["content-length"] ?? Number.NaN);
    if (!fits(sessionId, announced)) return { bytes: undefined, drop: () => undefined };
    add(sessionId, announced);
    let isHeld = true;
    const drop = () => {
      if (isHeld) add(sessionId, -announced);
      isHeld = false;
    };
    try {
      return { bytes: await buffer(request), drop };
    } catch (error) {
      drop();
      throw error;
    }
  };
}
