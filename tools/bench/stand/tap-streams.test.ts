import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { createStreamTap } from "./tap-streams.ts";

async function read(seqs: readonly number[], lastEventId: number) {
  const server = createServer((_request, response) => {
    for (const seq of seqs) response.write(`data: {"seq":${seq}}\nid: ${seq}\n\n`);
    response.end();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const tap = createStreamTap();
  const input = encodeURIComponent(JSON.stringify({ sessionId: "s", lastEventId }));
  const response = await tap.fetch(`http://127.0.0.1:${port}/trpc/events.follow?input=${input}`);
  const text = await response.text();
  server.close();
  return { text, gaps: tap.gaps, duplicates: tap.duplicates };
}

it("a stream that goes on from its cursor has neither gap nor duplicate, and passes as it is", async () => {
  expect(await read([6, 7], 5)).toEqual({
    text: 'data: {"seq":6}\nid: 6\n\ndata: {"seq":7}\nid: 7\n\n',
    gaps: 0,
    duplicates: 0,
  });
});

it("what is left out, and what comes again, is counted", async () => {
  expect(await read([5, 6, 8, 8], 5)).toMatchObject({ gaps: 1, duplicates: 2 });
});
