/** Reads requests whole before they go out, so that one that the model's service puts off can be sent again. */
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

export type ReadBody = {
  /** `undefined`: too large, or of unknown size. The request has not been touched then and passes through as it comes. */
  bytes: Buffer | undefined;
  drop(): void;
};

/** Of one request, and of all at once: a conversation as long as a model takes has about a megabyte. */
const MAX_BYTES = { each: 8 * 1024 * 1024, all: 64 * 1024 * 1024 };

/** The space is set aside by the size that is announced, and no request has more bytes than it has announced. */
export function createBodyReader(max = MAX_BYTES): (request: IncomingMessage) => Promise<ReadBody> {
  let held = 0;

  return async (request) => {
    const announced = Number(request.headers["content-length"] ?? Number.NaN);
    const fits = announced <= max.each && held + announced <= max.all;
    if (!fits) return { bytes: undefined, drop: () => undefined };
    held += announced;
    let isHeld = true;
    const drop = () => {
      if (isHeld) held -= announced;
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
