/** What sessions are called in the list. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { App } from "./app.ts";
import { createAppOn, createFakeGateway, type FakeGateway } from "./fake-gateway.test-helper.ts";

let closing: AbortController;
let gateway: FakeGateway;
let app: App;

beforeEach(() => {
  closing = new AbortController();
  gateway = createFakeGateway();
  app = createAppOn(gateway, closing.signal);
});
afterEach(() => closing.abort());

const listed = (count: number) => {
  app.listing.refresh();
  return vi.waitUntil(() => app.listing.total() === count);
};

it("a fork without a prompt of its own is called by where it comes from", async () => {
  const parent = gateway.create("0123456789", { name: "the parser" });
  gateway.create("fork", { forkedFrom: { sessionId: parent } });
  gateway.create("orphan", { forkedFrom: { sessionId: "abcdefghijkl" as never } });
  const named = gateway.create("named", { name: "a name", forkedFrom: { sessionId: parent } });
  await listed(4);
  expect(["fork", "orphan", named].map((id) => app.listing.titleOf(id as never))).toEqual([
    "fork of the parser",
    "fork of abcdefgh",
    "a name",
  ]);
});

it("what is known of a session is still known when it is not followed any more", async () => {
  const id = gateway.create("session");
  await listed(1);
  app.show(id);
  gateway.append(id, "turn.queued", { prompt: "what to do" });
  gateway.append(id, "turn.started");
  gateway.say(id, "said last");
  await vi.waitUntil(() => app.listing.rows()[0]?.lastLine === "said last");
  const { title, lastLine } = app.listing.rows()[0] ?? {};
  app.close(id);
  expect(app.listing.rows()[0]).toMatchObject({ title, lastLine });
  expect(title).toBe("what to do");
});
