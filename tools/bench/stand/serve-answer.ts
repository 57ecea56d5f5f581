/** The least that a JSON service can do: the first argument, to everybody. Ends with its parent. */
import { createServer } from "node:http";
import { serveParent } from "./serve-parent.ts";

const body = process.argv[2] ?? "";
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
const server = createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
await serveParent(server);
