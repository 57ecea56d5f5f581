/**
 * The least a relay can do: each line of the stand-in agent's stdout is one write of an event stream. Ends with its
 * parent.
 */
import { spawn } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { serveParent } from "./serve-parent.ts";

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
process.on("exit", () => void agent.kill("SIGKILL"));
await serveParent(server);
