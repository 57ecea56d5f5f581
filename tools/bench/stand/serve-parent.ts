import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { endWithParent } from "./end-with-parent.ts";

/** Has the server listen, tells the parent where as its first message, and ends with the parent. */
export async function serveParent(server: Server): Promise<void> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  endWithParent();
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
