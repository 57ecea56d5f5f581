/** A duplex to the wrapper's socket through `exec` of a tiny relay: works wherever the engine is. */
import { Duplex } from "node:stream";
import type Docker from "dockerode";
import { WRAPPER_USER } from "./container-template.ts";
import { createFrameReader } from "./exec-frames.ts";

const RELAY = ["node", "/opt/cc-docker/wrapper.mjs", "--relay"];

/** The relay waits inside for the wrapper to listen; the pipe is open when its first byte has come. */
export async function openExecRelay(container: Docker.Container, signal: AbortSignal): Promise<Duplex> {
  const exec = await container.exec({
    Cmd: RELAY,
    User: WRAPPER_USER,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    abortSignal: signal,
  });
  const raw = await exec.start({ hijack: true, stdin: true, Tty: false, abortSignal: signal });
  return createDemultiplexed(raw as Duplex);
}

/** The engine frames what comes out (8 bytes of kind and length); what goes in is raw. Backpressure holds both ways. */
export function createDemultiplexed(raw: Duplex): Duplex {
  const frames = createFrameReader();
  const duplex = new Duplex({
    read: () => void raw.resume(),
    write: (chunk, _encoding, done) => void raw.write(chunk, done),
    final: (done) => void raw.end(done),
    destroy: (error, done) => {
      raw.destroy();
      done(error);
    },
  });
  raw.on("data", (chunk: Buffer) => {
    for (const { stream, payload } of frames.push(chunk)) {
      if (stream === "stdout" && !duplex.push(payload)) raw.pause();
    }
  });
  raw.on("end", () => duplex.push(null));
  raw.on("error", (error) => duplex.destroy(error));
  raw.on("close", () => duplex.destroy());
  return duplex;
}
