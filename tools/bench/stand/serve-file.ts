/** Plain Node answers with a file: the first argument. Ends with its parent. */

import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const path = process.argv[2] ?? "";
const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
  createReadStream(path).pipe(response);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined); // Ctrl-C is the bench's business
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
