import type { Server } from "node:http";
import { serveParent } from "../serve-parent.ts";
import { pace, parsePace } from "./pace.ts";

/** Serves the parent, and makes events at the pace that it asks for. */
export async function serveFanOut(server: Server, publish: (seq: number) => void): Promise<void> {
  let seq = 0;
  process.on("message", (asked: string) => {
    void pace(parsePace(asked), () => {
      seq += 1;
      publish(seq);
    });
  });
  await serveParent(server);
}
