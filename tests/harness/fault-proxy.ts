/** A proxy for byte streams: cuts connections, refuses new ones, or tears characters apart. */
import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { setImmediate as nextTick } from "node:timers/promises";

export type Address = { host: string; port: number } | { path: string };

export type FaultProxy = AsyncDisposable & {
  /** Of a TCP proxy. */
  port: number;
  /** Connections made so far. */
  readonly accepted: number;
  /** Bytes sent to callers so far. */
  readonly bytesDown: number;
  /** Breaks every open connection, on both sides. @returns how many there were */
  cutAll(): number;
  /** While true, new connections are closed at once. */
  refuse(on: boolean): void;
};

export type FaultProxyOptions = {
  to: Address;
  /** Where it listens; a free port of this machine when absent. */
  at?: { path: string };
  /** Every byte of a character of several bytes in a write of its own, so that whoever reads meets it cut. */
  drip?: boolean;
};

export async function startFaultProxy({ to, at, drip = false }: FaultProxyOptions): Promise<FaultProxy> {
  const open = new Set<[Socket, Socket]>();
  let accepted = 0;
  let bytesDown = 0;
  let refusing = false;

  const server = createServer((caller) => {
    caller.on("error", () => undefined);
    if (refusing) return void caller.destroy();
    accepted += 1;
    const target = createConnection(to as { path: string });
    const pair: [Socket, Socket] = [caller, target];
    open.add(pair);
    target.on("error", () => undefined);
    target.on("data", (chunk) => (bytesDown += chunk.byteLength));
    for (const end of pair) end.on("close", () => cut(pair));
    carry(caller, target);
    carry(target, caller);
  });

  function carry(from: Socket, into: Socket): void {
    if (drip)
      void dripInto(from, into).catch(() => undefined); // a broken side breaks the other, see `cut`
    else from.pipe(into);
  }

  function cut(pair: [Socket, Socket]): void {
    open.delete(pair);
    for (const end of pair) end.destroy();
  }

  function cutAll(): number {
    const pairs = [...open];
    pairs.forEach(cut);
    return pairs.length;
  }

  async function close(): Promise<void> {
    server.close();
    cutAll();
    await once(server, "close");
  }

  server.listen(at ?? { host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    get bytesDown() {
      return bytesDown;
    },
    cutAll,
    refuse: (on) => {
      refusing = on;
    },
    [Symbol.asyncDispose]: close,
  };
}

async function dripInto(from: Socket, into: Socket): Promise<void> {
  into.setNoDelay(true);
  for await (const chunk of from as AsyncIterable<Buffer>) {
    for (const piece of cutCharacters(chunk)) {
      if (!into.write(piece)) await once(into, "drain");
      await nextTick();
    }
  }
  into.end();
}

/** Every byte of a character of several bytes by itself; what lies between them in one piece. */
function* cutCharacters(chunk: Buffer): Generator<Buffer> {
  let start = 0;
  for (let at = 0; at < chunk.length; at += 1) {
    if ((chunk[at] ?? 0) < 0x80) continue;
    if (at > start) yield chunk.subarray(start, at);
    yield chunk.subarray(at, at + 1);
    start = at + 1;
  }
  if (start < chunk.length) yield chunk.subarray(start);
}
