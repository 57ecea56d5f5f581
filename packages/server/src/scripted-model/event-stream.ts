// Server-sent events over one response, each handed to the system before the next.
import type { ServerResponse } from "node:http";
import { setImmediate as nextTick } from "node:timers/promises";

export type Event = { type: string; [field: string]: unknown };
export type SendEvent = (event: Event) => Promise<void>;

export interface EventStream {
  send: SendEvent;
  /** Every byte in a write of its own, so that a reader meets characters cut in two. */
  sendByteByByte: SendEvent;
  end(last: readonly Event[]): void;
}

export function openEventStream(response: ServerResponse, signal: AbortSignal): EventStream {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  return {
    send: (event) => writeChunk(encode(event), response, signal),
    async sendByteByByte(event) {
      for (const byte of Buffer.from(encode(event))) {
        await writeChunk(Buffer.of(byte), response, signal);
        await nextTick();
      }
    },
    end(last) {
      for (const event of last) response.write(encode(event));
      response.end();
    },
  };
}

function encode(event: Event): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Resolves when the system took the bytes, so a slow reader slows the answer down and never fills the memory. */
function writeChunk(chunk: string | Buffer, response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // A response whose socket is gone may never call back; the signal ends the wait.
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    response.write(chunk, (error) => {
      signal.removeEventListener("abort", onAbort);
      if (error) reject(error);
      else resolve();
    });
  });
}
