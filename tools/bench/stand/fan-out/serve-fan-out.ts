import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pace, parsePace } from "./pace.ts";

/** Has the server listen, tells the parent where, and makes events at the pace that the parent asks for. Ends with it. */
export async function serveFanOut(server: Server, publish: (seq: number) => void): Promise<void> {
  let seq = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.on("message", (asked: string) => {
    void pace(parsePace(asked), () => {
      seq += 1;
      publish(seq);
    });
  });
  process.on("disconnect", () => process.exit(0));
  process.on("SIGINT", () => undefined); // Ctrl-C is the bench's business
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
