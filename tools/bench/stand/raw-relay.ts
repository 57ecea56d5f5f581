/**
 * The least a relay can do: each line of the stand-in agent's stdout is one write of an event stream. Ends with its
 * parent.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

const agent = spawn(process.execPath, [join(import.meta.dirname, "stand-in-agent.ts")], {
  stdio: ["pipe", "pipe", "inherit"],
});
let listener: ServerResponse | undefined;
let seq = 0;
createInterface({ input: agent.stdout }).on("line", (line) => {
  seq += 1;
  listener?.write(`data: ${line}\nid: ${seq}\n\n`);
});

/** `POST /N`: a prompt that is answered with so many events. `GET /`: all that comes from now on. */
const server = createServer((request, response) => {
  if (request.method === "POST") {
    agent.stdin.write(`${JSON.stringify({ type: "user", message: { content: request.url?.slice(1) } })}\n`);
    response.end();
    return;
  }
  listener = response;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.on("disconnect", () => process.exit(0));
process.on("exit", () => void agent.kill("SIGKILL"));
process.on("SIGINT", () => undefined); // Ctrl-C is the bench's business
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
