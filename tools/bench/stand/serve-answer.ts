/** The least that a JSON service can do: the first argument, to everybody. Ends with its parent. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const body = process.argv[2] ?? "";
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
const server = createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined); // Ctrl-C is the bench's business
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
