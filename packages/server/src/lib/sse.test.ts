import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openSse } from "./sse.ts";

test("a reader that has left before its stream begins is gone, and nothing waits for it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  client.resetAndDestroy();
  await once(response, "close");
  const sse = openSse(response, { first: "retry: 1\n\n", ping: ": ping\n\n" });
  expect(sse.gone.aborted).toBe(true);
  await sse.write(Buffer.from("data: x\n\n"));
  sse.end();
});
