/** Servers with many subscribers of one stream: what a delivery costs the server, and how long it takes. */
import { join } from "node:path";
import { withinSample } from "../or-abort.ts";
import type { FromSubscribers, SubscribersOptions, ToSubscribers } from "../stand/fan-out/messages.ts";
import { toFrame, UPGRADE } from "../stand/fan-out/web-socket.ts";
import { forkChild } from "../stand/fork-child.ts";
import { readProcessCpuUs } from "../stand/process-cpu.ts";
import type { Gateway } from "../stand/start-gateway.ts";
import { openGatewaySession } from "./gateway-session.ts";

export const STAND = join(import.meta.dirname, "../stand/fan-out");
/** Events of a sample, and how many come in a second. */
export const PACE = { events: 10, perSecond: 10 };

export type FanOut = AsyncDisposable & {
  /** One sample. `latencies`: milliseconds from the making of an event to its arrival, one a delivery. */
  measure(): Promise<{ cpuUs: number; latencies: number[] }>;
};

/** Over SSE where there is no message; over a WebSocket, the message begins the stream. */
export type Way = { path: string; message?: object };
type Open = Way & { count: number; signal: AbortSignal };

/** A server of the stand's: `raw-server.ts` or `stock-server.ts`. */
export async function openStandFanOut(script: string, { count, signal, ...way }: Open): Promise<FanOut> {
  await using opening = new AsyncDisposableStack();
  const server = opening.use(await forkChild(join(STAND, script), [], signal));
  const subscribers = opening.use(await subscribe({ url: server.url, ...way, count, signal }));

  async function measure() {
    const { arrived } = await subscribers.begin(PACE.events);
    const before = await readProcessCpuUs(server.pid);
    server.tell(`${PACE.events}@${PACE.perSecond}`);
    const latencies = await arrived;
    const cpuUs = (await readProcessCpuUs(server.pid)) - before;
    return { cpuUs: cpuUs / (PACE.events * count), latencies };
  }

  const stack = opening.move();
  return { measure, [Symbol.asyncDispose]: async () => stack.disposeAsync() };
}

type OpenOurs = { gateway: Gateway; wayTo: (sessionId: string) => Way; count: number; signal: AbortSignal };

/** A session of a gateway: all that the gateway does for an event counts, from the container's pipe to the last socket. */
export async function openGatewayFanOut({ gateway, wayTo, count, signal }: OpenOurs): Promise<FanOut> {
  const { client, pid, url, token } = gateway;
  await using opening = new AsyncDisposableStack();
  const session = opening.use(await openGatewaySession(client, signal));
  await session.turn("1"); // it has started
  const subscribers = opening.use(await subscribe({ url, ...wayTo(session.id), token, count, signal }));
  const readSeq = async () => (await client.sessions.get.query({ sessionId: session.id })).lastSeq;

  async function measure() {
    const { arrived } = await subscribers.begin(PACE.events);
    const [seqBefore, before] = [await readSeq(), await readProcessCpuUs(pid)];
    const [latencies] = await Promise.all([arrived, session.turn(`${PACE.events}@${PACE.perSecond}`)]);
    const [seq, cpuUs] = [await readSeq(), (await readProcessCpuUs(pid)) - before];
    return { cpuUs: cpuUs / ((seq - seqBefore) * (count + 1)), latencies }; // whoever asks follows too
  }

  const stack = opening.move();
  return { measure, [Symbol.asyncDispose]: async () => stack.disposeAsync() };
}

type Subscribe = Open & { url: string; token?: string };
type Subscribers = AsyncDisposable & {
  /** Resolves when they wait for what is made next; `arrived` when all have it. */
  begin(events: number): Promise<{ arrived: Promise<number[]> }>;
};

/** So many subscribers, in a process of their own. */
export async function subscribe({ url, path, message, token, count, signal }: Subscribe): Promise<Subscribers> {
  const { hostname: host, port } = new URL(url);
  const identity = token ? [`Authorization: Bearer ${token}`] : [];
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${host}:${port}`, ...identity, ...(message ? UPGRADE : [])];
  const head = `${lines.join("\r\n")}\r\n\r\n`;
  const options: SubscribersOptions = {
    host,
    port: Number(port),
    count,
    head,
    ...(message && { first: toFrame(message).toString("base64") }),
  };
  const child = await forkChild(join(STAND, "subscribers.ts"), [JSON.stringify(options)], signal);

  async function begin(events: number) {
    const listening = child.hear();
    child.tell({ deliveries: events * count } satisfies ToSubscribers);
    await listening;
    const arrived = child.hear().then((message) => (message as FromSubscribers).latencies);
    return { arrived: withinSample(arrived, signal) };
  }

  return { begin, [Symbol.asyncDispose]: async () => child[Symbol.asyncDispose]() };
}
