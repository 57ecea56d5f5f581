import { once } from "node:events";
import { duplexPair } from "node:stream";
import { describe, expect, it } from "vitest";
import { createDemultiplexed } from "./exec-relay.ts";

const STDOUT = 1;
const STDERR = 2;

function frame(kind: number, payload: string | Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(Buffer.byteLength(payload), 4);
  return Buffer.concat([header, Buffer.from(payload)]);
}

/** The engine's end of an exec, and what the gateway makes of it. */
function openRelay() {
  const [engine, raw] = duplexPair();
  return { engine, relay: createDemultiplexed(raw) };
}

describe("the exec relay's pipe", () => {
  it("carries what the relay writes to stdout, and nothing that it says on stderr", async () => {
    const { engine, relay } = openRelay();
    engine.write(Buffer.concat([frame(STDOUT, "one "), frame(STDERR, "a warning"), frame(STDOUT, "two")]));
    engine.end();
    const chunks: Buffer[] = [];
    for await (const chunk of relay) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe("one two");
  });

  it("carries what is written to it as it is", async () => {
    const { engine, relay } = openRelay();
    relay.end(Buffer.from([1, 0, 0, 0, 0, 0, 0, 5]));
    const [chunk] = (await once(engine, "data")) as [Buffer];
    expect(chunk).toEqual(Buffer.from([1, 0, 0, 0, 0, 0, 0, 5]));
  });

  it("takes no more from the engine than its reader takes", async () => {
    const { engine, relay } = openRelay();
    const piece = frame(STDOUT, Buffer.alloc(64 * 1024, "x"));
    for (let n = 0; n < 20; n += 1) {
      engine.write(piece);
      await new Promise(setImmediate);
    }
    expect(engine.writableLength).toBeGreaterThan(10 * piece.byteLength); // held back: nobody reads
    relay.resume();
    await once(engine, "drain");
  });

  it("breaks when the engine's stream breaks, and breaks it in turn", async () => {
    const first = openRelay();
    first.relay.on("error", () => undefined).resume();
    first.engine.destroy();
    first.engine.on("error", () => undefined);
    const second = openRelay();
    second.engine.on("error", () => undefined).resume();
    second.relay.destroy();
    await Promise.all([once(second.engine, "end"), once(second.relay, "close")]);
    expect(second.relay.destroyed).toBe(true);
  });
});
