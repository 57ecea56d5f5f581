import { expect, it } from "vitest";
import { createEntries, GIVEN_UP } from "./entries.ts";

const { signal } = new AbortController();
const typed = (entries: ReturnType<typeof createEntries>, ...lines: string[]) =>
  lines.map((line) => entries.add(line, false));

it("keeps entries until they are read, and joins what a backslash continues", () => {
  const entries = createEntries();
  expect(typed(entries, "one", "two \\", "lines")).toEqual([false, true, false]);
  expect([entries.shift(), entries.shift(), entries.shift()]).toEqual(["one", "two \nlines", undefined]);
});

it("takes a pasted text for one entry, backslashes and all", () => {
  const entries = createEntries();
  expect(entries.add("a \\", true)).toBe(true);
  typed(entries, "b");
  expect(entries.shift()).toBe("a \\\nb");
});

it("gives the next one to who waits, and keeps the others", async () => {
  const entries = createEntries();
  const next = entries.next({ signal, onWait: () => {} });
  typed(entries, "one", "two");
  expect([await next, entries.shift()]).toEqual(["one", "two"]);
});

it("gives nothing to who has given up, or is not interested any more", async () => {
  const entries = createEntries();
  const giving = Promise.withResolvers<() => void>();
  const next = entries.next({ signal, onWait: giving.resolve });
  (await giving.promise)();
  const aborted = new AbortController();
  const other = entries.next({ signal: aborted.signal, onWait: () => {} });
  aborted.abort("over");
  typed(entries, "kept");
  expect(await next).toBe(GIVEN_UP);
  await expect(other).rejects.toBe("over");
  expect(entries.shift()).toBe("kept");
});

it("ends with what was begun, and then with nothing", async () => {
  const entries = createEntries();
  typed(entries, "half \\");
  const next = entries.next({ signal, onWait: () => {} });
  entries.end();
  expect(await next).toBe("half ");
  expect([entries.hasEnded(), entries.shift()]).toEqual([true, undefined]);
});

it("sets aside what is begun, and takes it back", () => {
  const entries = createEntries();
  typed(entries, "half \\");
  const begun = entries.begin([]);
  typed(entries, "an answer");
  entries.begin(begun);
  typed(entries, "and half");
  expect([entries.shift(), entries.shift()]).toEqual(["an answer", "half \nand half"]);
});
