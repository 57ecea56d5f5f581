import { describe, expect, it } from "vitest";
import { createCallerLimits } from "./caller-limits.ts";

describe("an owner's requests", () => {
  it("are taken up to twice the rate at once, then at the rate, each owner's by itself", () => {
    let now = 0;
    const limits = createCallerLimits({ requestsPerSecond: 10, subscriptions: 0 }, () => now);
    const take = (count: number, owner = "ann") => {
      for (let n = 0; n < count; n += 1) limits.takeRequest(owner);
    };
    take(20);
    expect(() => take(1)).toThrow(expect.objectContaining({ code: "REQUEST_LIMIT_REACHED", retryAfterSeconds: 1 }));
    take(20, "bob");
    now = 500;
    take(5);
    expect(() => take(1)).toThrow("more than 10 times a second");
    now = 60_000;
    take(20);
    expect(() => take(1)).toThrow("times a second");
  });

  it("of very many owners are told apart, and no limit is none", () => {
    const limits = createCallerLimits({ requestsPerSecond: 1, subscriptions: 0 }, () => 0);
    limits.takeRequest("ann");
    for (let n = 0; n < 20_000; n += 1) limits.takeRequest(`owner ${n}`);
    limits.takeRequest("ann");
    expect(() => limits.takeRequest("ann")).toThrow("times a second");
    const free = createCallerLimits({ requestsPerSecond: 0, subscriptions: 0 });
    for (let n = 0; n < 1000; n += 1) free.takeRequest("ann");
  });
});

it("an owner's streams are no more than may be, until one ends, which it does once", () => {
  const limits = createCallerLimits({ requestsPerSecond: 0, subscriptions: 2 });
  const leave = limits.takeSubscription("ann");
  limits.takeSubscription("ann");
  limits.takeSubscription("bob");
  expect(() => limits.takeSubscription("ann")).toThrow(expect.objectContaining({ code: "SUBSCRIPTION_LIMIT_REACHED" }));
  leave();
  leave();
  limits.takeSubscription("ann");
  expect(() => limits.takeSubscription("ann")).toThrow("follow 2 streams");
});
