import { expect, it } from "vitest";
import { plainText } from "../text/line.ts";
import { createRandom, expectHarmless, hostileText } from "../text/lines.test-helper.ts";
import { type Tab, tabsLine } from "./tabs-line.ts";

const tab = (title: string, more: Partial<Tab> = {}): Tab => ({
  ...{ title, isCurrent: false, isUnread: false, isAsking: false, isRunning: false },
  ...more,
});
const draw = (tabs: readonly Tab[], columns = 80) => plainText(tabsLine(tabs, columns)).trimEnd();

it("numbers the open sessions, and marks which ask, have news or run", () => {
  const tabs = [tab("one", { isCurrent: true }), tab("two", { isUnread: true }), tab("three", { isAsking: true })];
  expect(draw(tabs)).toBe(" 1 one   2 two ●   3 three ?");
});

it("cuts titles only as far as all tabs have to fit, by columns and in whole characters", () => {
  expect(draw([tab("a title that has all the room there is")])).toBe(" 1 a title that has all the room there is");
  expect(draw([tab("日本語日本語日本語日本語")], 23)).toBe(" 1 日本語日本語日本…");
  expect(draw([tab(`${"x".repeat(16)}👩‍👩‍👧 and more`)], 23)).toBe(` 1 ${"x".repeat(16)}…`);
  expect(draw([tab("x".repeat(40)), tab("short"), tab("y".repeat(40))], 60)).toBe(
    ` 1 ${"x".repeat(19)}…   2 short   3 ${"y".repeat(19)}…`,
  );
});

it("has something to be seen of a title that is invisible", () => {
  expect(draw([tab("\u3164"), tab("\u2800")])).toBe(" 1 \\u{3164}   2 \\u{2800}");
});

it("is harmless and fits, whatever sessions are called", () => {
  const random = createRandom(11);
  for (let round = 0; round < 100; round += 1) {
    const tabs = Array.from({ length: 9 }, () => tab(hostileText(random, 4)));
    const columns = 20 + Math.floor(random() * 100);
    expectHarmless([tabsLine(tabs, columns)], columns);
  }
});
