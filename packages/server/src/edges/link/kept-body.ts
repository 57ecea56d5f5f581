/** Copies of requests on their way out, so that one that the model's service puts off can be sent again. */
import type { IncomingMessage } from "node:http";

export type KeptBody = {
  /** The whole body, once it has all come; `undefined` when it was too large to be kept. */
  whole(): Buffer | undefined;
  drop(): void;
};

/** Of one request, and of all at once: a conversation as long as a model takes has about a megabyte. */
const MAX_BYTES = { each: 8 * 1024 * 1024, all: 64 * 1024 * 1024 };

export function createBodyKeeper(max = MAX_BYTES): { keep(request: IncomingMessage): KeptBody } {
  let held = 0;

  function keep(request: IncomingMessage): KeptBody {
    let chunks: Buffer[] | undefined = [];
    let bytes = 0;

    function add(chunk: Buffer): void {
      if (!chunks) return;
      bytes += chunk.byteLength;
      held += chunk.byteLength;
      if (bytes > max.each || held > max.all) drop();
      else chunks.push(chunk);
    }

    function drop(): void {
      if (chunks) held -= bytes;
      chunks = undefined;
      request.off("data", add);
    }

    request.on("data", add);
    return { whole: () => (request.complete && chunks ? Buffer.concat(chunks) : undefined), drop };
  }

  return { keep };
}
