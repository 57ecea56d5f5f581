/** Reads one answer as fast as it comes, and looks at nothing of it. */
import { connect } from "node:net";
import { orAbort } from "../or-abort.ts";

export type ReadBytes = { url: string; path: string; token?: string; bytes: number; signal: AbortSignal };

/** @returns milliseconds from the first byte of the request to the last but the answer's head */
export async function readBytes({ url, path, token, bytes, signal }: ReadBytes): Promise<number> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port) });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let left = bytes;
  socket.on("data", ({ length }) => {
    left -= length;
    if (left <= 0) resolve();
  });
  socket.on("error", reject);
  socket.on("close", () => reject(new Error(`${path} ended ${left} bytes too early`)));
  const startedAt = performance.now();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${token ? `Authorization: Bearer ${token}\r\n` : ""}\r\n`);
  try {
    await orAbort(promise, signal);
    return performance.now() - startedAt;
  } finally {
    promise.catch(() => undefined);
    socket.destroy();
  }
}
