/**
 * Loaded into a gateway before its bundle (`node --import`): tells a bench, over the socket at `BENCH_PROBE`, how much
 * memory it uses and how long its event loop was held up since it was last asked.
 */
import { createServer } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

const RESOLUTION_MS = 1;
/** Also of the young generation, which would otherwise keep some of the room that the last load has made it take. */
const EVERYTHING = { type: "major", execution: "sync", flavor: "last-resort" };
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

const server = createServer((request, response) => {
  if (request.url === "/settled") {
    void globalThis.gc?.(EVERYTHING);
    void globalThis.gc?.(EVERYTHING); // what the first has freed outside the heap
  }
  const { heapUsed, rss, external } = process.memoryUsage();
  const toMs = (ns) => ns / 1e6 - RESOLUTION_MS;
  const delay = { p50: toMs(delays.percentile(50)), p99: toMs(delays.percentile(99)), max: toMs(delays.max) };
  delays.reset();
  response.end(JSON.stringify({ heapUsed, rss, external, delay }));
});
if (isMainThread) server.listen(process.env["BENCH_PROBE"]); // a gateway's threads load this as well
server.unref();
