import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

function startRelay(socketPath: string) {
  const program = `import { runRelay } from ${JSON.stringify(join(import.meta.dirname, "relay.ts"))}; runRelay(process.argv[1]);`;
  const relay = spawn(process.execPath, ["--input-type=module", "-e", program, socketPath], { stdio: "pipe" });
  onTestFinished(() => void relay.kill("SIGKILL"));
  return relay;
}

it("waits for the wrapper to listen, and never dials again when the wrapper breaks the connection off", async () => {
  const directory = mkdtempSync(join(tmpdir(), "cc-docker-relay-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const socketPath = join(directory, "s");
  const relay = startRelay(socketPath);
  await once(relay, "spawn");

  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket.on("error", () => undefined));
    socket.once("data", () => {
      socket.pause();
      relay.stdin.write("words that nobody reads: the break is an error for the relay, not an end", () => {
        socket.destroy();
      });
    });
  });
  onTestFinished(() => void server.close());
  server.listen(socketPath);
  relay.stdin.write("hello");
  relay.stdin.on("error", () => undefined);

  expect(await once(relay, "exit")).toEqual([0, null]);
  expect(connections).toHaveLength(1);
});
