/** The same events from tRPC's own adapters, used as its documentation shows, over SSE and over WebSockets. Ends with its parent. */
import { EventEmitter, on } from "node:events";
import { createServer } from "node:http";
import { initTRPC, tracked } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";
import { envelope } from "./pace.ts";
import { serveFanOut } from "./serve-fan-out.ts";

const events = new EventEmitter().setMaxListeners(0);
const t = initTRPC.create({ sse: { ping: { enabled: true, intervalMs: 10_000 } } });

const router = t.router({
  follow: t.procedure.subscription(async function* ({ signal }) {
    for await (const [seq, event] of on(events, "event", { ...(signal && { signal }) }) as AsyncIterable<
      [number, object]
    >)
      yield tracked(String(seq), event);
  }),
});

const server = createServer(createHTTPHandler({ router }));
applyWSSHandler({ wss: new WebSocketServer({ server }), router });
await serveFanOut(server, (seq) => events.emit("event", seq, envelope(seq)));
