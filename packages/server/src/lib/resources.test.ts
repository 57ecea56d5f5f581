import { describe, expect, it } from "vitest";
import { createResources } from "./resources.ts";

describe("resources", () => {
  it("are undone newest first, one after the other", async () => {
    const log: string[] = [];
    const resources = createResources();
    resources.add("store", () => log.push("store"));
    resources.add("edge", async () => {
      log.push("edge begins");
      await Promise.resolve();
      log.push("edge ends");
    });
    await resources.close();
    expect(log).toEqual(["edge begins", "edge ends", "store"]);
  });

  it("are all undone when some fail, and the first failure is reported with its name and cause", async () => {
    const log: string[] = [];
    const cause = new Error("busy");
    const resources = createResources();
    resources.add("store", () => log.push("store"));
    resources.add("bus", () => Promise.reject(new Error("later failure")));
    resources.add("edge", () => {
      throw cause;
    });
    await expect(resources.close()).rejects.toMatchObject({ message: "Could not close edge: Error: busy", cause });
    expect(log).toEqual(["store"]);
  });

  it("are undone once, however often they are closed", async () => {
    let closed = 0;
    const resources = createResources();
    resources.add("store", () => closed++);
    await Promise.all([resources.close(), resources.close()]);
    await resources.close();
    expect(closed).toBe(1);
  });

  it("are undone at the end of an `await using` block", async () => {
    const log: string[] = [];
    {
      await using resources = createResources();
      resources.add("store", () => log.push("closed"));
      log.push("used");
    }
    expect(log).toEqual(["used", "closed"]);
  });

  it("take nothing more once closing has begun", async () => {
    const resources = createResources();
    await resources.close();
    expect(() => resources.add("late", () => undefined)).toThrow("Cannot add late: already closed");
  });

  it("close without anything to undo", async () => {
    await expect(createResources().close()).resolves.toBeUndefined();
  });
});
