import type { SessionId } from "@cc-docker/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drawFrame } from "../frame/draw-frame.ts";
import { plainText } from "../text/line.ts";
import type { App } from "./app.ts";
import { editorWith } from "./editor.ts";
import { createAppOn, createFakeGateway, type FakeGateway } from "./fake-gateway.test-helper.ts";

let closing: AbortController;
let gateway: FakeGateway;
let app: App;
let ids: SessionId[];

/** Twelve sessions, each with a turn behind it; the list knows them. */
beforeEach(async () => {
  closing = new AbortController();
  gateway = createFakeGateway();
  ids = Array.from({ length: 12 }, (_, n) => gateway.create(`session-${n}`));
  for (const id of ids) gateway.say(id, `words of ${id}`);
  app = createAppOn(gateway, closing.signal);
  await vi.waitUntil(() => app.listing.total() === ids.length);
});
afterEach(() => closing.abort());

const draw = () => drawFrame(app, { columns: 80, rows: 24 }).lines.map(plainText).join("\n");
const idOf = (n: number) => ids[n] as SessionId;

async function show(...shown: number[]): Promise<void> {
  for (const n of shown) {
    app.show(idOf(n));
    await vi.waitUntil(() => (app.sessions.find(idOf(n))?.view().lastSeq ?? 0) > 0);
    draw();
  }
}

async function isUnreadInList(n: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = app.frames.subscribe(resolve);
  app.listing.refresh();
  await promise;
  end();
  return app.listing.rows().find(({ session }) => session.id === idOf(n))?.isUnread === true;
}

describe("with many sessions", () => {
  it("those that were shown last are followed, as many as there are keys for", async () => {
    await show(0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 9);
    expect(app.sessions.ids()).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9].map(idOf));
    await expect.poll(() => [...gateway.following()].toSorted()).toEqual([...app.sessions.ids()].toSorted());
  });

  it("one that is shown again is as it was left", async () => {
    for (let n = 0; n < 100; n += 1) gateway.say(idOf(0), `line ${n}`);
    await show(0);
    const left = app.sessions.find(idOf(0));
    if (!left) throw new Error("It is open.");
    left.editor = editorWith("a draft");
    await vi.waitUntil(() => left.view().lastSeq === 202 && draw().includes("line 99"));
    left.body.toStart();
    left.body.scroll(20);
    const before = draw();
    expect(before).toContain("a draft");
    await show(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(app.sessions.find(idOf(0))).toBeUndefined();
    app.show(idOf(0));
    draw(); // while its events are still to come
    for (const id of ids.slice(1, 10)) app.show(id); // and it is left before any has
    app.show(idOf(0));
    draw();
    await vi.waitUntil(() => (app.sessions.find(idOf(0))?.view().lastSeq ?? 0) === 202);
    expect(draw().split("\n").slice(1)).toEqual(before.split("\n").slice(1));
  });

  it("one that was read is not unread for not being followed any more, until something comes", async () => {
    await show(0);
    gateway.say(idOf(0), "read at once"); // the list does not know yet
    await vi.waitUntil(() => draw().includes("read at once"));
    await show(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(await isUnreadInList(0)).toBe(false);
    gateway.say(idOf(0), "news");
    await expect.poll(() => isUnreadInList(0)).toBe(true);
    await show(0);
    expect(await isUnreadInList(0)).toBe(false);
  });

  it("one that was unread stays unread", async () => {
    await show(0, 1);
    gateway.append(idOf(0), "agent.assistant", { message: { id: "m", content: [{ type: "text", text: "news" }] } });
    await vi.waitUntil(() => app.sessions.find(idOf(0))?.isUnread);
    await show(2, 3, 4, 5, 6, 7, 8, 9);
    expect(app.sessions.find(idOf(0))).toBeUndefined();
    expect(await isUnreadInList(0)).toBe(true);
  });

  it("what had happened before a session was opened is no news, however soon it was left", async () => {
    app.show(idOf(0));
    app.show(idOf(1)); // before any event of the first has come
    await vi.waitUntil(() => (app.sessions.find(idOf(0))?.view().lastSeq ?? 0) > 0);
    expect(app.sessions.find(idOf(0))?.isUnread).toBe(false);
  });
});
