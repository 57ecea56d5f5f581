/**
 * Loaded into a gateway before its bundle (`node --import`): tells a bench, over the socket at `BENCH_PROBE`, how much
 * memory it uses and how long its event loop was held up since it was last asked.
 */
import { createServer } from "node:http";
import { createHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

const RESOLUTION_MS = 1;
/** Also of the young generation, which would otherwise keep some of the room that the last load has made it take. */
const EVERYTHING = { type: "major", execution: "sync", flavor: "last-resort" };
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
/** Microseconds of the processor that the loop's thread has used from one of its turns to a later one. */
const held = createHistogram();
let usedBefore = usedByThread();
setInterval(() => {
  const used = usedByThread();
  held.record(Math.max(1, used - usedBefore));
  usedBefore = used;
}, RESOLUTION_MS).unref();

const server = createServer((request, response) => {
  if (request.url === "/settled") {
    void globalThis.gc?.(EVERYTHING);
    void globalThis.gc?.(EVERYTHING); // what the first has freed outside the heap
  }
  const { heapUsed, rss, external } = process.memoryUsage();
  const toMs = (ns) => ns / 1e6 - RESOLUTION_MS;
  const delay = { p50: toMs(delays.percentile(50)), p99: toMs(delays.percentile(99)), max: toMs(delays.max) };
  const work = { p99: held.percentile(99) / 1000, max: held.max / 1000 };
  delays.reset();
  held.reset();
  response.end(JSON.stringify({ heapUsed, rss, external, delay, work }));
});

function usedByThread() {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

if (isMainThread) server.listen(process.env["BENCH_PROBE"]); // a gateway's threads load this as well
server.unref();
