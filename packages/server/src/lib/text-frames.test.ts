import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { toTextFrames } from "./text-frames.ts";

it("frames are the texts, whatever their length, to any WebSocket", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets = new WebSocketServer({ server });
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    sockets.close();
    server.close();
  });
  const texts = [0, 1, 125, 126, 65_535, 65_536, 200_000].map((length) => "x".repeat(length)).concat("é😀");
  sockets.on("connection", (_ws, { socket }) => void socket.write(toTextFrames(texts)));
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const heard: string[] = [];
  client.on("message", (data) => heard.push(data.toString()));
  await expect.poll(() => heard.length).toBe(texts.length);
  expect(heard).toEqual(texts);
});
