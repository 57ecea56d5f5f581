/** Plain Node answers with a file: the first argument. Ends with its parent. */

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { serveParent } from "./serve-parent.ts";

const path = process.argv[2] ?? "";
const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
  createReadStream(path).pipe(response);
});
await serveParent(server);
