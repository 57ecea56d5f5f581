/** The least that a fan-out can do: an event is encoded once and written to every listener. Ends with its parent. */
import { createServer, type ServerResponse } from "node:http";
import { envelope } from "./pace.ts";
import { serveFanOut } from "./serve-fan-out.ts";

const listeners = new Set<ServerResponse>();

const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(": welcome\n\n");
  listeners.add(response);
  response.once("close", () => listeners.delete(response));
});

await serveFanOut(server, (seq) => {
  const message = `data: ${JSON.stringify(envelope(seq))}\nid: ${seq}\n\n`;
  for (const listener of listeners) listener.write(message);
});
