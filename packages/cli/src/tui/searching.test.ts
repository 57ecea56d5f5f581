/** Words are looked for in a session, and sessions in the list, as a person does it: key by key. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drawFrame } from "./frame/draw-frame.ts";
import { press } from "./press.ts";
import type { App } from "./state/app.ts";
import { createAppOn, createFakeGateway, type FakeGateway } from "./state/fake-gateway.test-helper.ts";
import { type Line, plainText } from "./text/line.ts";

let closing: AbortController;
let gateway: FakeGateway;
let app: App;

const lines = () => drawFrame(app, { columns: 80, rows: 16 }).lines;
const screen = () => lines().map(plainText).join("\n");
const pressAll = (...keys: string[]) => keys.forEach((key) => press(app, key));
const typeAll = (text: string) => pressAll(...Array.from(text));
const ruler = () => screen().split("\n").at(-3) ?? "";
const current = () => lines().filter((line: Line) => line.some(({ style }) => style === "currentMatch"));

beforeEach(async () => {
  closing = new AbortController();
  gateway = createFakeGateway();
  const id = gateway.create("session");
  for (let n = 0; n < 60; n += 1) gateway.say(id, n % 20 === 0 ? `needle ${n}` : `hay ${n}`);
  gateway.create("other");
  app = createAppOn(gateway, closing.signal);
  await vi.waitUntil(() => app.listing.total() === 2);
});
afterEach(() => closing.abort());

describe("a search in a session", () => {
  beforeEach(async () => {
    app.show("session" as never);
    await vi.waitUntil(() => screen().includes("hay 59"));
    pressAll("esc", "/");
    typeAll("needle");
    screen();
    pressAll("enter");
  });

  it("begins with the newest, and says which of how many it is", () => {
    expect(current().map(plainText)).toEqual([expect.stringContaining("needle 40")]);
    expect(ruler()).toContain("“needle” 3 of 3");
    pressAll("N");
    expect(current().map(plainText)).toEqual([expect.stringContaining("needle 20")]);
    expect(ruler()).toContain("“needle” 2 of 3");
  });

  it("goes on at the other end, and says so", () => {
    pressAll("n");
    expect(screen()).toContain("From the beginning again.");
    expect(ruler()).toContain("“needle” 1 of 3");
    pressAll("N");
    expect(screen()).toContain("From the end again.");
    expect(ruler()).toContain("“needle” 3 of 3");
  });

  it("is ended by esc, which leaves the session only then", () => {
    pressAll("esc");
    expect(screen()).not.toContain("“needle”");
    expect(app.state().screen).toBe("session");
    pressAll("esc");
    expect(app.state().screen).toBe("list");
  });

  it("begins empty the next time, and is as it was when that is taken back", () => {
    pressAll("N");
    const before = screen();
    pressAll("/");
    typeAll("hay 3");
    expect(screen()).toContain("hay 3");
    expect(screen()).not.toBe(before);
    pressAll("esc");
    expect(screen()).toBe(before);
  });
});

describe("a filter of the list", () => {
  it("begins empty, and is as it was when that is taken back", () => {
    pressAll("/");
    typeAll("other");
    pressAll("enter");
    expect(screen()).toContain("1 of 2  with “other”");
    pressAll("/");
    typeAll("sess");
    expect(screen()).toContain("1 of 2  with “sess”");
    pressAll("esc");
    expect(screen()).toContain("1 of 2  with “other”");
    pressAll("esc");
    expect(screen()).toContain("2 of 2");
  });
});
