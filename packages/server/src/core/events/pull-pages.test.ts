import { describe, expect, it } from "vitest";
import { pullPages, type Take } from "./pull-pages.ts";

/** Gives one page after the other, each when the last has been taken. */
const giveAll = (pages: number[], given: number[] = []) =>
  async function deliver(take: Take<number>): Promise<void> {
    for (const page of pages) {
      given.push(page);
      await take(page);
    }
  };

describe("pages that are asked for", () => {
  it("come in order, none before it is asked for, and end", async () => {
    const given: number[] = [];
    const pages = pullPages(giveAll([1, 2, 3], given));
    expect(given).toEqual([]);
    expect(await pages.next()).toEqual({ done: false, value: 1 });
    await Promise.resolve();
    expect(given).toEqual([1]);
    const others: number[] = [];
    for await (const page of pages) others.push(page);
    expect(others).toEqual([2, 3]);
  });

  it("end with what ends their delivery", async () => {
    const pages = pullPages<number>(async (take) => {
      await take(1);
      throw new Error("deleted");
    });
    expect((await pages.next()).value).toBe(1);
    await expect(pages.next()).rejects.toThrow("deleted");
  });

  it("are given no more to who has left", async () => {
    const given: number[] = [];
    for await (const page of pullPages(giveAll([1, 2, 3], given))) if (page === 2) break;
    expect(given).toEqual([1, 2]);
  });
});
