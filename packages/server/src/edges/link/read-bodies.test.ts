import { randomUUID } from "node:crypto";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { createBodyReader } from "./read-bodies.ts";

const MAX = { each: 10, session: 20, all: 50 };

/** A request whose body has arrived. */
function arrived(bytes: number): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.headers["content-length"] = String(bytes);
  request.push(Buffer.alloc(bytes));
  request.push(null);
  return request;
}

const newSession = () => SessionId.parse(randomUUID());

/** @returns whether each was kept */
async function readAll(reader: ReturnType<typeof createBodyReader>, sessionId: SessionId, sizes: readonly number[]) {
  const bodies = await Promise.all(sizes.map((bytes) => reader(arrived(bytes), sessionId)));
  return { kept: bodies.map(({ bytes }) => bytes?.byteLength), drop: () => bodies.forEach((body) => body.drop()) };
}

describe("requests that are read whole", () => {
  it("of one session have its share at most, and those of another have theirs", async () => {
    const reader = createBodyReader(MAX);
    const greedy = await readAll(reader, newSession(), [10, 10, 10, 1]);
    expect(greedy.kept).toEqual([10, 10, undefined, undefined]);
    expect((await readAll(reader, newSession(), [10, 10])).kept).toEqual([10, 10]);
  });

  it("have the space of all sessions together at most", async () => {
    const reader = createBodyReader(MAX);
    for (const _ of [1, 2]) await readAll(reader, newSession(), [10, 10]);
    expect((await readAll(reader, newSession(), [10, 1])).kept).toEqual([10, undefined]);
  });

  it("give their space back once, to their session and to all", async () => {
    const reader = createBodyReader({ ...MAX, all: 20 });
    const sessionId = newSession();
    const first = await readAll(reader, sessionId, [10, 10]);
    first.drop();
    first.drop();
    expect((await readAll(reader, sessionId, [10, 10])).kept).toEqual([10, 10]);
    expect((await readAll(reader, newSession(), [1])).kept).toEqual([undefined]);
  });

  it("that break off give their space back", async () => {
    const reader = createBodyReader(MAX);
    const sessionId = newSession();
    const broken = new IncomingMessage(new Socket());
    broken.headers["content-length"] = "10";
    const reading = reader(broken, sessionId);
    broken.destroy(new Error("the caller is gone"));
    await expect(reading).rejects.toThrow("the caller is gone");
    expect((await readAll(reader, sessionId, [10, 10])).kept).toEqual([10, 10]);
  });

  it("are none that are too large or do not say how large they are: these have not been touched", async () => {
    const reader = createBodyReader(MAX);
    const unknown = arrived(1);
    delete unknown.headers["content-length"];
    for (const request of [arrived(11), unknown]) {
      expect((await reader(request, newSession())).bytes).toBeUndefined();
      expect(request.readableDidRead).toBe(false);
    }
  });
});
